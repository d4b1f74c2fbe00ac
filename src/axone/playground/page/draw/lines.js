/*
 * Curves over epochs: loss and score of training (whole) and validation (dashed), kept runs thin
 * behind them with a mark of their own, a cursor, and where the time slider stands.
 */

import { FONT, boxWithin, clipped, drawAxes } from "./axes.js";
import { drawHalo, drawMarks, shapeOf } from "./marks.js";
import { extent, scale } from "./scales.js";

/**
 * @typedef {Object} Curve
 * @property {string} name
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} y
 * @property {string} color
 * @property {number[]} dash
 * @property {number} width
 */

/** Dashes of kept runs, one after the other. */
export const RUN_DASHES = [[2, 3], [8, 3, 2, 3], [10, 4], [1, 4], [6, 2, 2, 2, 2, 2]];

/**
 * The scales of a chart of curves; null where there is no number yet.
 * @param {Curve[]} curves
 * @param {{width: number, height: number}} size
 * @param {{logY?: boolean, logX?: boolean, margins?: object, y?: [number, number]}} [options]
 */
export function linesFrame(curves, size, options = {}) {
  const xs = extent(curves.map((curve) => curve.x), options.logX, 0);
  const heights = options.points?.places.filter((_, i) => i % 2 === 1) ?? [];
  const ys = options.y ?? extent([...curves.map((curve) => curve.y), heights], options.logY);
  if (!xs || !ys) return null;
  const box = boxWithin(size, options.margins);
  const [low, high] = xs[1] > xs[0] ? xs : [xs[0], xs[0] + 1];
  return {
    box,
    x: scale(low, high, box.left, box.right, options.logX),
    y: scale(ys[0], ys[1], box.bottom, box.top, options.logY),
  };
}

/**
 * Draw curves with axes, a legend above them, a cursor and the time slider's place.
 * @param {CanvasRenderingContext2D} context
 * @param {{curves: Curve[], logY?: boolean, logX?: boolean, xName?: string, yName?: string,
 *   format: (value: number) => string, cursor?: number | null, now?: number | null, empty?: string,
 *   y?: [number, number], margins?: object, points?: {places: Float32Array, labels: ArrayLike<number>,
 *   parts: ArrayLike<number>, classes: number, selected?: number | null}}} data `points`: x, y of rows among the curves
 * @param {{width: number, height: number}} size
 * @param {import("./color.js").Colors} colors
 */
export function drawLines(context, data, size, colors) {
  context.clearRect(0, 0, size.width, size.height);
  const frame = linesFrame(data.curves, size, data);
  if (!frame) {
    drawEmpty(context, data.empty ?? "", size, colors);
    return;
  }
  drawAxes(context, frame.box, frame.x, frame.y, colors, data);
  context.save();
  if (data.points) drawRows(context, data.points, frame, colors);
  for (const curve of data.curves) drawCurve(context, curve, frame);
  context.restore();
  if (data.now !== null && data.now !== undefined) drawUpright(context, frame, data.now, colors.accent, []);
  if (data.cursor !== null && data.cursor !== undefined) drawCursor(context, data, frame, colors);
}

function drawRows(context, points, { x, y }, colors) {
  const groups = new Map();
  for (let i = 0; i < points.labels.length; i += 1) {
    const label = points.classes > 0 ? points.labels[i] : null;
    const ring = points.parts[i] !== 0;
    const key = `${label} ${ring}`;
    if (!groups.has(key)) groups.set(key, { at: [], label, ring });
    groups.get(key).at.push([x.place(points.places[2 * i]), y.place(points.places[2 * i + 1])]);
  }
  for (const { at, label, ring } of groups.values()) {
    const look = label === null ? ["circle", colors.muted] : [shapeOf(label), colors.classes[label % colors.classes.length]];
    drawMarks(context, { at, shape: look[0], color: look[1], ring, radius: 3 }, colors);
  }
  const chosen = points.selected;
  if (chosen === null || chosen === undefined || chosen >= points.labels.length) return;
  drawHalo(context, x.place(points.places[2 * chosen]), y.place(points.places[2 * chosen + 1]), 8, colors);
}

function drawEmpty(context, text, size, colors) {
  context.save();
  context.fillStyle = colors.muted;
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(clipped(context, text, size.width - 16), size.width / 2, size.height / 2);
  context.restore();
}

function drawCurve(context, curve, { box, x, y }) {
  context.strokeStyle = curve.color;
  context.lineWidth = curve.width;
  context.setLineDash(curve.dash);
  context.beginPath();
  let drawing = false;
  for (let i = 0; i < curve.x.length; i += 1) {
    const value = curve.y[i];
    if (!Number.isFinite(value) || (y.log && value <= 0) || (x.log && curve.x[i] <= 0)) {
      drawing = false;
      continue;
    }
    const [px, py] = [x.place(curve.x[i]), Math.max(box.top, Math.min(box.bottom, y.place(value)))];
    if (drawing) context.lineTo(px, py);
    else context.moveTo(px, py);
    drawing = true;
  }
  context.stroke();
  if (curve.x.length === 1 && drawing) dot(context, x.place(curve.x[0]), y.place(curve.y[0]), curve.color);
}

function dot(context, x, y, color) {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, 3.5, 0, Math.PI * 2);
  context.fill();
}

function drawUpright(context, { box, x }, value, color, dash) {
  const at = x.place(value);
  if (!(at >= box.left - 0.5 && at <= box.right + 0.5)) return;
  context.save();
  context.strokeStyle = color;
  context.lineWidth = 1.5;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(at, box.top);
  context.lineTo(at, box.bottom);
  context.stroke();
  context.restore();
}

function drawCursor(context, data, frame, colors) {
  drawUpright(context, frame, data.cursor, colors.ink, [3, 3]);
  context.save();
  for (const curve of data.curves) {
    const value = valueAt(curve, data.cursor);
    if (value === null || (frame.y.log && value <= 0)) continue;
    dot(context, frame.x.place(data.cursor), frame.y.place(value), curve.color);
  }
  context.restore();
}

/**
 * A curve's number at a place, that of the nearest point; null where it does not reach so far.
 * @param {Curve} curve
 * @param {number} at
 * @returns {number | null}
 */
export function valueAt(curve, at) {
  const { x, y } = curve;
  if (!x.length || at > x[x.length - 1] + 0.5 || at < x[0] - 0.5) return null;
  let [low, high] = [0, x.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  const value = at - x[low] <= x[high] - at ? y[low] : y[high];
  return Number.isFinite(value) ? value : null;
}

/**
 * A sample of a curve's line, for its legend.
 * @param {CanvasRenderingContext2D} context
 * @param {{color: string, dash: number[], width: number}} curve
 * @param {{width: number, height: number}} size
 */
export function drawSample(context, curve, size) {
  context.clearRect(0, 0, size.width, size.height);
  context.save();
  context.strokeStyle = curve.color;
  context.lineWidth = curve.width;
  context.setLineDash(curve.dash);
  context.beginPath();
  context.moveTo(0, size.height / 2);
  context.lineTo(size.width, size.height / 2);
  context.stroke();
  context.restore();
}
