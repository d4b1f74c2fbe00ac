// A cell of a row as people read it: numbers, texts, images and signals in miniature.

import { h, svg } from "../../core/elements.js";

/** The bytes of a text in base64. @param {string} text @returns {Uint8Array} */
export const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/**
 * Pixels with their colours, four bytes each.
 * @param {Uint8Array} bytes @param {number} channels 1: grey, else red, green, blue
 */
export function rgba(bytes, channels) {
  const pixels = Math.floor(bytes.length / channels);
  const found = new Uint8ClampedArray(4 * pixels);
  for (let at = 0; at < pixels; at += 1) {
    for (let color = 0; color < 3; color += 1) {
      found[4 * at + color] = bytes[at * channels + (channels >= 3 ? color : 0)];
    }
    found[4 * at + 3] = 255;
  }
  return found;
}

/**
 * The points of a line in a box, for SVG; what is missing breaks the line.
 * @param {(number|null)[]} line @param {number} low @param {number} high
 * @returns {string} the path
 */
export function pathOf(line, low, high, width = 96, height = 28) {
  const scale = high > low ? height / (high - low) : 0;
  let path = "";
  let broken = true;
  line.forEach((value, at) => {
    if (value === null) {
      broken = true;
      return;
    }
    const x = line.length > 1 ? (at * width) / (line.length - 1) : width / 2;
    const y = scale ? height - (value - low) * scale : height / 2;
    path += `${broken ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    broken = false;
  });
  return path;
}

/** @param {any} cell @param {Object} app @returns {Node|string} */
export function shownCell(cell, { t, numbers }) {
  if (cell === null || cell === undefined) return h("span", { class: "rows-missing" }, t("rows.missing"));
  if (typeof cell === "number") return numbers.short(cell, 5);
  if (typeof cell === "string") return cell;
  if (cell.data !== undefined) return image(cell, t);
  if (cell.lines) return signal(cell, t);
  return String(cell);
}

function image({ height, width, channels, data }, t) {
  const canvas = h("canvas", {
    class: "rows-image", width, height, role: "img", "aria-label": t("rows.image", { height, width }),
  });
  const pixels = new ImageData(rgba(bytesOf(data), channels), width, height);
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}

function signal({ lines }, t) {
  const all = lines.flat().filter((value) => value !== null);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return svg(
    "svg",
    { class: "rows-signal", viewBox: "-1 -1 98 30", role: "img", "aria-label": t("rows.signal") },
    lines.map((line, at) => svg("path", { class: `rows-line rows-line-${at}`, d: pathOf(line, low, high) })),
  );
}

/**
 * What is wanted or predicted: a name, a number, or several of them.
 * @param {any} value @param {Object} app
 */
export function shownAnswer(value, { t, numbers }) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return numbers.short(value, 5);
  if (Array.isArray(value)) {
    if (!value.length) return t("rows.nothing");
    const own = value.map((each) => shownAnswer(each, { t, numbers }));
    if (own.length <= 4) return own.join(", ");
    return t("rows.several", { first: own.slice(0, 3).join(", "), count: own.length - 3 });
  }
  return String(value);
}
