/*
 * Colours as numbers: read from CSS, mixed, and made into tables of 256 steps, so that maps of a
 * plane are painted pixel by pixel without a text in between. Nothing here touches the document.
 */

/**
 * What every drawing function takes as `colors`: CSS colours by their purpose.
 * @typedef {Object} Colors
 * @property {string} paper    the ground
 * @property {string} ink      texts and axes
 * @property {string} muted    quieter texts
 * @property {string} line     grids and frames
 * @property {string} accent   what is selected
 * @property {string} positive weights and values above 0
 * @property {string} negative weights and values below 0
 * @property {string} warning  dead units, mistakes
 * @property {string[]} classes one a class, repeated where there are more
 * @property {string[]} series  one a curve, repeated where there are more
 */

/** @typedef {[number, number, number]} Rgb */

/**
 * Read a CSS colour: `#rgb`, `#rrggbb`, `rgb(…)`.
 * @param {string} css
 * @returns {Rgb}
 */
export function parseColor(css) {
  const text = css.trim();
  if (text.startsWith("#")) {
    const digits = text.length < 7 ? [...text.slice(1, 4)].map((d) => d + d).join("") : text.slice(1, 7);
    const number = Number.parseInt(digits, 16);
    return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
  }
  const parts = text.match(/[\d.]+/g) ?? ["0", "0", "0"];
  return [Number(parts[0]), Number(parts[1]), Number(parts[2])];
}

/**
 * Go from one colour towards another.
 * @param {Rgb} from
 * @param {Rgb} to
 * @param {number} share 0 is `from`, 1 is `to`
 * @returns {Rgb}
 */
export function mix(from, to, share) {
  return [0, 1, 2].map((i) => from[i] + (to[i] - from[i]) * share);
}

/**
 * Write a colour as CSS.
 * @param {Rgb} rgb
 * @returns {string}
 */
export function cssColor(rgb) {
  return `rgb(${rgb.map((part) => Math.round(part)).join(", ")})`;
}

/**
 * How light a colour looks, 0…1, by WCAG's relative luminance.
 * @param {Rgb} rgb
 * @returns {number}
 */
export function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * The colour, of two, that is easier to read on a ground.
 * @param {Rgb} ground
 * @param {Rgb} one
 * @param {Rgb} other
 * @returns {Rgb}
 */
export function readableOn(ground, one, other) {
  const contrast = (color) => {
    const [low, high] = [luminance(ground), luminance(color)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  return contrast(one) >= contrast(other) ? one : other;
}

/**
 * A table of 256 colours through three or more stops, evenly spaced.
 * @param {Rgb[]} stops
 * @returns {Uint8ClampedArray} 256 × 3 numbers
 */
export function ramp(stops) {
  const table = new Uint8ClampedArray(256 * 3);
  for (let step = 0; step < 256; step += 1) {
    const place = (step / 255) * (stops.length - 1);
    const first = Math.min(Math.floor(place), stops.length - 2);
    table.set(mix(stops[first], stops[first + 1], place - first), step * 3);
  }
  return table;
}

/**
 * Numbers on both sides of 0: negative, the ground at 0, positive. Towards the ends the colours
 * gain strength slowly, so that a map of small numbers does not look decided.
 * @param {Colors} colors
 * @returns {Uint8ClampedArray}
 */
export function divergingRamp(colors) {
  const paper = parseColor(colors.paper);
  return ramp([parseColor(colors.negative), paper, parseColor(colors.positive)]);
}

/**
 * Numbers on one side of 0: from nearly the ground to one strong colour.
 * @param {Colors} colors
 * @param {boolean} negative which side of 0 they are on
 * @returns {Uint8ClampedArray}
 */
export function sequentialRamp(colors, negative = false) {
  const paper = parseColor(colors.paper);
  const end = parseColor(negative ? colors.negative : colors.positive);
  return negative ? ramp([end, mix(paper, end, 0.06)]) : ramp([mix(paper, end, 0.06), end]);
}
