// A unit's map as something to draw. One small canvas is painted again and again: it is drawn at
// once, and nothing else needs it afterwards.

import { toImage } from "../../draw/canvas.js";
import { aroundZero, paintChannel } from "../../draw/raster.js";
import { mapOf } from "./model.js";

let scratch = null;

/**
 * @param {Map} arrays
 * @param {string | number} key of the layer
 * @param {number} unit
 * @param {Uint8ClampedArray} table of colours around 0
 * @param {boolean} [fresh] on a canvas of its own, for what is drawn later
 * @returns {HTMLCanvasElement | null}
 */
export function unitImage(arrays, key, unit, table, fresh = false) {
  const map = mapOf(arrays, key, unit);
  if (!map) return null;
  const pixels = paintChannel(map.bytes, map.rows, map.columns, aroundZero(map.low, map.high), table);
  if (fresh) return toImage(pixels);
  scratch ??= document.createElement("canvas");
  return toImage(pixels, scratch);
}
