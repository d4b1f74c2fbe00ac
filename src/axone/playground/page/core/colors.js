// The palettes, read from the custom properties of style/base.css, so that canvas and page have the
// same colours, light and dark: classes, what is drawn, and the diverging scale of signed numbers.

const CLASS_COUNT = 10;
const NAMES = ["paper", "raised", "ink", "muted", "line", "pale", "accent", "blue", "orange", "green", "vermilion", "purple"];

/** Shapes of points, one a class, so that no class is told by its colour alone. */
export const SHAPES = ["circle", "square", "triangle", "diamond", "inverted", "plus", "cross", "left", "right", "pentagon"];

/** Dashes of lines of several kinds. */
export const DASHES = [[], [6, 3], [8, 2, 2, 2], [2, 2], [10, 4]];

/**
 * @typedef {[number, number, number]} RGB
 * @typedef {Object} Palette every named colour as CSS text, and
 * @property {string[]} classes
 * @property {RGB[]} classesRgb
 * @property {(value: number) => RGB} diverging −1 blue … 0 paper … 1 vermilion
 * @property {(index: number) => string} classColor
 * @property {boolean} dark
 */

/** The colours in use. @param {Element} [root] @returns {Palette} */
export function palette(root = document.documentElement) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const named = Object.fromEntries(NAMES.map((name) => [name, read(name)]));
  const classes = Array.from({ length: CLASS_COUNT }, (_, index) => read(`class-${index}`));
  const [low, middle, high] = [named.blue, named.paper, named.vermilion].map(rgb);
  return {
    ...named,
    classes,
    classesRgb: classes.map(rgb),
    classColor: (index) => classes[index % CLASS_COUNT],
    diverging: (value) => mix(middle, value < 0 ? low : high, Math.min(1, Math.abs(value))),
    dark: read("dark") === "1",
  };
}

/** Red, green, blue of "#rrggbb". @param {string} color @returns {RGB} */
export function rgb(color) {
  const number = Number.parseInt(color.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/** From one colour to another. @param {RGB} from @param {RGB} to @param {number} share @returns {RGB} */
export function mix(from, to, share) {
  return from.map((value, index) => Math.round(value + (to[index] - value) * share));
}

/** CSS text of a colour. @param {RGB} color @param {number} [alpha] */
export const css = ([red, green, blue], alpha = 1) => `rgb(${red} ${green} ${blue} / ${alpha})`;
