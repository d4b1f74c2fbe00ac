/*
 * What is counted and compared: a confusion matrix, wanted against predicted numbers, the length of
 * each layer's gradient as bars on a logarithmic scale.
 */

import { BOLD, FONT, boxWithin, clipped, drawAxes } from "./axes.js";
import { cssColor, mix, parseColor, readableOn } from "./color.js";
import { drawMarks } from "./marks.js";
import { extent, logTicks, scale } from "./scales.js";

/**
 * Draw a confusion matrix: rows are the true classes, columns the predicted ones, colours shares
 * of the row. Right answers stand in a frame.
 * @param {CanvasRenderingContext2D} context
 * @param {{counts: ArrayLike<number>, names: string[], trueName: string, predictedName: string,
 *   format: (value: number) => string}} data
 * @param {{width: number, height: number}} size
 * @param {import("./color.js").Colors} colors
 */
export function drawConfusion(context, data, size, colors) {
  const { counts, names } = data;
  const classes = names.length;
  context.clearRect(0, 0, size.width, size.height);
  context.save();
  context.font = FONT;
  const longest = Math.max(...names.map((name) => context.measureText(name).width));
  const left = Math.min(longest + 14, size.width * 0.3);
  const top = 40;
  const side = Math.max(4, Math.min((size.width - left - 8) / classes, (size.height - top - 6) / classes));
  const grid = { left, top, side };
  drawCells(context, counts, classes, grid, colors, data.format);
  drawClassNames(context, names, grid, colors);
  context.fillStyle = colors.ink;
  context.textBaseline = "top";
  context.textAlign = "left";
  context.fillText(clipped(context, `${data.trueName} ↓   ${data.predictedName} →`, size.width - 4), 2, 2);
  context.restore();
}

function drawCells(context, counts, classes, { left, top, side }, colors, format) {
  const [paper, ink, accent] = [colors.paper, colors.ink, colors.accent].map(parseColor);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = side > 30 ? BOLD : FONT;
  for (let row = 0; row < classes; row += 1) {
    let total = 0;
    for (let column = 0; column < classes; column += 1) total += counts[row * classes + column];
    for (let column = 0; column < classes; column += 1) {
      const count = counts[row * classes + column];
      const ground = mix(paper, accent, total > 0 ? (0.85 * count) / total : 0);
      const [x, y] = [left + column * side, top + row * side];
      context.fillStyle = cssColor(ground);
      context.fillRect(x, y, side - 1, side - 1);
      if (row === column) outline(context, x, y, side, colors.ink);
      const label = format(count);
      if (context.measureText(label).width > side - 4) continue;
      context.fillStyle = cssColor(count ? readableOn(ground, ink, paper) : parseColor(colors.muted));
      context.fillText(label, x + (side - 1) / 2, y + (side - 1) / 2 + 0.5);
    }
  }
}

function outline(context, x, y, side, color) {
  context.strokeStyle = color;
  context.lineWidth = 1.25;
  context.beginPath();
  context.rect(x + 0.5, y + 0.5, side - 2, side - 2);
  context.stroke();
}

function drawClassNames(context, names, { left, top, side }, colors) {
  context.fillStyle = colors.muted;
  context.font = FONT;
  names.forEach((name, i) => {
    if (side < 12 && i % Math.ceil(12 / side)) return;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillText(clipped(context, name, left - 10), left - 6, top + i * side + side / 2);
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText(clipped(context, name, side - 2), left + i * side + side / 2, top - 4);
  });
}

/**
 * Draw wanted against predicted numbers, with the line of those that are right.
 * @param {CanvasRenderingContext2D} context
 * @param {{pairs: ArrayLike<number>, wantedName: string, predictedName: string,
 *   format: (value: number) => string}} data pairs: wanted, predicted, wanted, …
 * @param {{width: number, height: number}} size
 * @param {import("./color.js").Colors} colors
 */
export function drawResiduals(context, data, size, colors) {
  context.clearRect(0, 0, size.width, size.height);
  const range = extent([data.pairs]);
  if (!range) return;
  const box = boxWithin(size);
  const x = scale(range[0], range[1], box.left, box.right);
  const y = scale(range[0], range[1], box.bottom, box.top);
  drawAxes(context, box, x, y, colors, { xName: data.wantedName, yName: data.predictedName, format: data.format });
  context.save();
  context.strokeStyle = colors.ink;
  context.lineWidth = 1.25;
  context.setLineDash([5, 4]);
  context.beginPath();
  context.moveTo(box.left, box.bottom);
  context.lineTo(box.right, box.top);
  context.stroke();
  context.setLineDash([]);
  const count = data.pairs.length / 2;
  const radius = count > 300 ? 2.2 : 3.2;
  const at = Array.from({ length: count }, (_, i) => [x.place(data.pairs[2 * i]), y.place(data.pairs[2 * i + 1])]);
  drawMarks(context, { at, shape: "circle", color: colors.accent, ring: false, radius }, colors);
  context.restore();
}

/**
 * Draw the length of each layer's gradient: a bar a layer, on a logarithmic scale.
 * @param {CanvasRenderingContext2D} context
 * @param {{norms: ArrayLike<number>, names: string[], format: (value: number) => string, noneText: string}} data
 * @param {{width: number, height: number}} size
 * @param {import("./color.js").Colors} colors
 */
export function drawFlow(context, data, size, colors) {
  context.clearRect(0, 0, size.width, size.height);
  context.save();
  context.font = FONT;
  const room = Math.min(size.width * 0.38, Math.max(...data.names.map((name) => context.measureText(name).width), 20) + 8);
  const box = { left: room, top: 4, right: size.width - 66, bottom: size.height - 24 };
  const x = flowScale(data.norms, box);
  drawFlowGrid(context, x, box, colors, data.format);
  const each = (box.bottom - box.top) / Math.max(1, data.names.length);
  data.names.forEach((name, i) => {
    const middle = box.top + (i + 0.5) * each;
    context.textBaseline = "middle";
    context.textAlign = "right";
    context.fillStyle = colors.ink;
    context.fillText(clipped(context, name, room - 8), room - 6, middle);
    const norm = data.norms[i];
    const end = norm > 0 && x ? Math.max(box.left + 2, x.place(norm)) : box.left;
    const thick = Math.max(2, Math.min(18, each * 0.62));
    context.fillStyle = colors.accent;
    context.fillRect(box.left, middle - thick / 2, end - box.left, thick);
    context.textAlign = "left";
    context.fillStyle = colors.muted;
    context.fillText(norm > 0 ? data.format(norm) : data.noneText, end + 6, middle);
  });
  context.restore();
}

function flowScale(norms, box) {
  const range = extent([norms], true, 0);
  if (!range) return null;
  const low = 10 ** Math.floor(Math.log10(range[0]) - 0.3);
  const high = 10 ** Math.ceil(Math.log10(range[1]) + 1e-9);
  return scale(low, Math.max(high, low * 10), box.left, box.right, true);
}

function drawFlowGrid(context, x, box, colors, format) {
  if (!x) return;
  context.lineWidth = 1;
  context.textAlign = "center";
  context.textBaseline = "top";
  const powers = logTicks(x.low, x.high, Math.max(2, Math.floor((box.right - box.left) / 70)));
  for (const value of powers.filter((power) => Number.isInteger(Math.round(Math.log10(power) * 1e6) / 1e6))) {
    const at = Math.round(x.place(value)) + 0.5;
    context.strokeStyle = colors.line;
    context.beginPath();
    context.moveTo(at, box.top);
    context.lineTo(at, box.bottom);
    context.stroke();
    context.fillStyle = colors.muted;
    context.fillText(format(value), at, box.bottom + 6);
  }
}
