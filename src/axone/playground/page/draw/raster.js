/*
 * Arrays over a plane become pixels: a unit's map, shares of classes, a regression's surface. The
 * first row of an array is the lowest of the plane, so the picture's rows run the other way.
 */

import { parseColor } from "./color.js";

/**
 * @typedef {Object} Pixels
 * @property {number} width
 * @property {number} height
 * @property {Uint8ClampedArray} data RGBA
 */

/**
 * Where a byte of an array with a range of its own stands on a scale around 0, as 0…255.
 * @param {number} low
 * @param {number} high
 * @param {number} [most] the largest magnitude of the scale; the range's own without it
 * @returns {Uint8Array} 256 places: byte → step of a diverging table
 */
export function aroundZero(low, high, most = Math.max(Math.abs(low), Math.abs(high))) {
  const places = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    const value = low + ((high - low) * byte) / 255;
    const share = most > 0 ? value / most : 0;
    places[byte] = Math.round(127.5 + 127.5 * Math.max(-1, Math.min(1, share)));
  }
  return places;
}

/** Byte → the same step: for tables that begin at the array's own lowest number. */
export const AS_IT_IS = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/**
 * One channel through a table of colours.
 * @param {Uint8Array} values rows × columns, lowest row first
 * @param {number} rows
 * @param {number} columns
 * @param {Uint8Array} places byte → step
 * @param {Uint8ClampedArray} table 256 colours
 * @param {boolean} [upright] the first row is at the top, as of an image
 * @returns {Pixels}
 */
export function paintChannel(values, rows, columns, places, table, upright = false) {
  const data = new Uint8ClampedArray(rows * columns * 4);
  for (let row = 0; row < rows; row += 1) {
    const from = (upright ? row : rows - 1 - row) * columns;
    for (let column = 0; column < columns; column += 1) {
      const step = places[values[from + column]] * 3;
      const at = (row * columns + column) * 4;
      data[at] = table[step];
      data[at + 1] = table[step + 1];
      data[at + 2] = table[step + 2];
      data[at + 3] = 255;
    }
  }
  return { width: columns, height: rows, data };
}

/**
 * Shares of classes as one colour: the classes' colours blended by their shares, and the more of
 * the ground in it the less any class stands out.
 * @param {Uint8Array} shares rows × columns × classes, 0…255, lowest row first
 * @param {number} rows
 * @param {number} columns
 * @param {number} classes
 * @param {string[]} classColors
 * @param {string} paper
 * @param {{discretise?: boolean, strength?: number}} [options]
 * @returns {Pixels}
 */
export function paintShares(shares, rows, columns, classes, classColors, paper, options = {}) {
  const { discretise = false, strength = 0.66 } = options;
  const ground = parseColor(paper);
  const palette = Array.from({ length: classes }, (_, k) => parseColor(classColors[k % classColors.length]));
  const data = new Uint8ClampedArray(rows * columns * 4);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const from = ((rows - 1 - row) * columns + column) * classes;
      const at = (row * columns + column) * 4;
      blend(shares, from, classes, palette, ground, discretise, strength, data, at);
    }
  }
  return { width: columns, height: rows, data };
}

function blend(shares, from, classes, palette, ground, discretise, strength, data, at) {
  let sum = 0;
  let best = 0;
  for (let k = 0; k < classes; k += 1) {
    sum += shares[from + k];
    if (shares[from + k] > shares[from + best]) best = k;
  }
  const top = sum > 0 ? shares[from + best] / sum : 0;
  const chance = 1 / classes;
  const certainty = classes > 1 ? Math.max(0, (top - chance) / (1 - chance)) : top;
  const cover = strength * (discretise ? 0.8 : 0.15 + 0.85 * certainty);
  for (let part = 0; part < 3; part += 1) {
    let mixed = 0;
    if (discretise) mixed = palette[best][part];
    else for (let k = 0; k < classes; k += 1) mixed += (palette[k][part] * shares[from + k]) / (sum || 1);
    data[at + part] = ground[part] + (mixed - ground[part]) * cover;
  }
  data[at + 3] = 255;
}

/**
 * More points of the same smooth array, by bilinear interpolation: before a hard choice is made of
 * each, so that boundaries between classes are lines and no stairs.
 * @param {Uint8Array} values rows × columns × channels
 * @param {number} rows
 * @param {number} columns
 * @param {number} channels
 * @param {number} factor
 * @returns {{values: Uint8Array, rows: number, columns: number}}
 */
export function finer(values, rows, columns, channels, factor) {
  const [tall, wide] = [(rows - 1) * factor + 1, (columns - 1) * factor + 1];
  const out = new Uint8Array(tall * wide * channels);
  for (let y = 0; y < tall; y += 1) {
    const top = Math.min(Math.floor(y / factor), Math.max(rows - 2, 0));
    const down = rows > 1 ? y / factor - top : 0;
    for (let x = 0; x < wide; x += 1) {
      const left = Math.min(Math.floor(x / factor), Math.max(columns - 2, 0));
      const across = columns > 1 ? x / factor - left : 0;
      for (let c = 0; c < channels; c += 1) {
        const at = (row, column) =>
          values[(Math.min(row, rows - 1) * columns + Math.min(column, columns - 1)) * channels + c];
        const upper = at(top, left) * (1 - across) + at(top, left + 1) * across;
        const lower = at(top + 1, left) * (1 - across) + at(top + 1, left + 1) * across;
        out[(y * wide + x) * channels + c] = Math.round(upper * (1 - down) + lower * down);
      }
    }
  }
  return { values: out, rows: tall, columns: wide };
}

/**
 * Which side of the scale's middle each byte is on, for discretised surfaces: `levels` even steps.
 * @param {Uint8Array} places
 * @param {number} levels
 * @returns {Uint8Array}
 */
export function inSteps(places, levels) {
  return places.map((place) => {
    const step = Math.min(levels - 1, Math.floor((place / 256) * levels));
    return Math.round((step / (levels - 1)) * 255);
  });
}

/**
 * Weights of either sign as bytes for `paintChannel`, with the range they are to be read with.
 * @param {ArrayLike<number>} values
 * @returns {{bytes: Uint8Array, low: number, high: number}}
 */
export function asBytes(values) {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) most = Math.max(most, Math.abs(values[i]) || 0);
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    bytes[i] = most > 0 ? Math.round(((values[i] || 0) / most) * 127.5 + 127.5) : 128;
  }
  return { bytes, low: -most, high: most };
}
