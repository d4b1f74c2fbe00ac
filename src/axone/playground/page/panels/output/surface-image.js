// The surface of a frame as pixels, and the scale that they are to be read with.

import { divergingRamp, sequentialRamp, ramp, parseColor } from "../../draw/color.js";
import { AS_IT_IS, aroundZero, finer, inSteps, paintChannel, paintShares } from "../../draw/raster.js";

const STEPS = 9;

/**
 * The colours of a range of numbers: on both sides of 0 those around it, else from weak to strong.
 * @param {number} low
 * @param {number} high
 * @param {import("../../draw/color.js").Colors} colors
 * @returns {{table: Uint8ClampedArray, places: Uint8Array, low: number, high: number}}
 */
export function numberScale(low, high, colors) {
  if (low < 0 && high > 0) return { table: divergingRamp(colors), places: aroundZero(low, high), low, high };
  return { table: sequentialRamp(colors, high <= 0 && low < 0), places: AS_IT_IS, low, high };
}

/** The colour of one number on a scale, as CSS. */
export function colorOn(scale, value) {
  const share = scale.high > scale.low ? (value - scale.low) / (scale.high - scale.low) : 0.5;
  const step = scale.places[Math.max(0, Math.min(255, Math.round(share * 255)))] * 3;
  return `rgb(${scale.table[step]}, ${scale.table[step + 1]}, ${scale.table[step + 2]})`;
}

/**
 * @param {Object} array the frame's `surface`
 * @param {import("../../draw/color.js").Colors} colors
 * @param {boolean} discretise
 * @param {number} classes that there are; 0 of numbers
 * @returns {{pixels: import("../../draw/raster.js").Pixels, scale: Object | null}}
 */
export function surfacePixels(array, colors, discretise, classes) {
  const [rows, columns, channels = 1] = array.shape;
  if (classes > 0 && array.winner) return { pixels: winners(array, rows, columns, colors), scale: null };
  if (classes > 0) {
    const shares = channels > 1 ? array.data : bothShares(array.data);
    const count = channels > 1 ? channels : 2;
    const options = { discretise };
    if (!discretise) return { pixels: paintShares(shares, rows, columns, count, colors.classes, colors.paper, options), scale: null };
    const fine = finer(shares, rows, columns, count, 5);
    return { pixels: paintShares(fine.values, fine.rows, fine.columns, count, colors.classes, colors.paper, options), scale: null };
  }
  const scale = numberScale(array.low ?? 0, array.high ?? 1, colors);
  if (!discretise) return { pixels: paintChannel(array.data, rows, columns, scale.places, scale.table), scale };
  const stepped = { ...scale, places: inSteps(scale.places, STEPS) };
  const fine = finer(array.data, rows, columns, 1, 5);
  return { pixels: paintChannel(fine.values, fine.rows, fine.columns, stepped.places, stepped.table), scale: stepped };
}

/** One share of two classes as both: the second's is what is given. */
function bothShares(data) {
  const shares = new Uint8Array(data.length * 2);
  for (let i = 0; i < data.length; i += 1) {
    shares[2 * i] = 255 - data[i];
    shares[2 * i + 1] = data[i];
  }
  return shares;
}

function winners(array, rows, columns, colors) {
  const steps = Math.min(256, colors.classes.length);
  const table = new Uint8ClampedArray(256 * 3);
  const pale = colors.classes.map((color) => ramp([parseColor(colors.paper), parseColor(color)]).subarray(166 * 3, 167 * 3));
  for (let i = 0; i < 256; i += 1) table.set(pale[i % steps], i * 3);
  const bytes = Uint8Array.from(array.data, (value) => value % steps);
  return paintChannel(bytes, rows, columns, AS_IT_IS, table);
}
