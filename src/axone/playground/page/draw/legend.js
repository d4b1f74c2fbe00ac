/*
 * What colours and shapes mean: a bar of a scale with its numbers, and samples of points.
 */

import { FONT } from "./axes.js";
import { cssColor } from "./color.js";
import { crossOut, drawMarks, shapeOf } from "./marks.js";
import { ticks } from "./scales.js";

/**
 * Draw a bar of 256 colours with round numbers under it.
 * @param {CanvasRenderingContext2D} context
 * @param {{table: Uint8ClampedArray, places: Uint8Array, low: number, high: number,
 *   format: (value: number) => string}} data `places`: byte of low…high → step of `table`
 * @param {{width: number, height: number}} size
 * @param {import("./color.js").Colors} colors
 */
export function drawScaleBar(context, data, size, colors) {
  const { table, places, low, high } = data;
  context.clearRect(0, 0, size.width, size.height);
  context.save();
  context.font = FONT;
  const [left, right, thick] = [18, size.width - 18, 12];
  const steps = 64;
  for (let i = 0; i < steps; i += 1) {
    const step = places[Math.round((i / (steps - 1)) * 255)] * 3;
    context.fillStyle = cssColor([table[step], table[step + 1], table[step + 2]]);
    const x = left + ((right - left) * i) / steps;
    context.fillRect(x, 0, (right - left) / steps + 0.6, thick);
  }
  context.strokeStyle = colors.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.rect(left + 0.5, 0.5, right - left - 1, thick - 1);
  context.stroke();
  context.fillStyle = colors.ink;
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const value of ticks(low, high, Math.max(2, Math.floor((right - left) / 70)))) {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    context.fillText(data.format(value), left + share * (right - left), thick + 4);
  }
  context.restore();
}

/**
 * Draw one sample of a point, for a legend in words.
 * @param {CanvasRenderingContext2D} context
 * @param {{label: number, color: string, ring?: boolean, wrong?: boolean}} data
 * @param {{width: number, height: number}} size
 * @param {import("./color.js").Colors} colors
 */
export function drawPointSample(context, data, size, colors) {
  context.clearRect(0, 0, size.width, size.height);
  context.save();
  context.setLineDash([]);
  const place = [size.width / 2, size.height / 2];
  drawMarks(context, { at: [place], shape: shapeOf(data.label), color: data.color, ring: data.ring ?? false, radius: 5 }, colors);
  if (data.wrong) crossOut(context, [place], 5, colors, false);
  context.restore();
}
