/*
 * The frame of a chart: lines of a grid at round numbers, their labels, the axes' names. What is
 * drawn in it is the charts' own.
 */

import { logTicks, ticks } from "./scales.js";

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

export const FONT = "12px system-ui, sans-serif";
export const BOLD = "600 12px system-ui, sans-serif";

/**
 * Draw the grid and the numbers of both axes.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box   the inside of the frame
 * @param {import("./scales.js").Scale} x
 * @param {import("./scales.js").Scale} y
 * @param {import("./color.js").Colors} colors
 * @param {{xName?: string, yName?: string, format: (value: number) => string, grid?: boolean}} texts
 */
export function drawAxes(context, box, x, y, colors, texts) {
  context.save();
  context.font = FONT;
  context.lineWidth = 1;
  context.setLineDash([]);
  drawHorizontal(context, box, y, colors, texts);
  drawVertical(context, box, x, colors, texts);
  context.strokeStyle = colors.muted;
  context.beginPath();
  context.moveTo(box.left, box.top);
  context.lineTo(box.left, box.bottom);
  context.lineTo(box.right, box.bottom);
  context.stroke();
  drawNames(context, box, colors, texts);
  context.restore();
}

function marksOf(axis, room) {
  const count = Math.max(3, Math.floor(room));
  return axis.log ? logTicks(axis.low, axis.high, count) : ticks(axis.low, axis.high, count);
}

function drawHorizontal(context, box, y, colors, texts) {
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of marksOf(y, (box.bottom - box.top) / 36)) {
    const at = Math.round(y.place(value)) + 0.5;
    if (texts.grid !== false) rule(context, colors.line, box.left, at, box.right, at);
    context.fillStyle = colors.muted;
    context.fillText(texts.format(value), box.left - 6, at);
  }
}

function drawVertical(context, box, x, colors, texts) {
  context.textAlign = "center";
  context.textBaseline = "top";
  let free = -Infinity;
  for (const value of marksOf(x, (box.right - box.left) / 64)) {
    const at = Math.round(x.place(value)) + 0.5;
    if (texts.grid !== false) rule(context, colors.line, at, box.top, at, box.bottom);
    const label = texts.format(value);
    const half = context.measureText(label).width / 2;
    if (at - half < free) continue;
    free = at + half + 6;
    context.fillStyle = colors.muted;
    context.fillText(label, at, box.bottom + 6);
  }
}

function rule(context, color, x0, y0, x1, y1) {
  context.strokeStyle = color;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function drawNames(context, box, colors, texts) {
  context.fillStyle = colors.ink;
  context.textBaseline = "bottom";
  if (texts.xName) {
    context.textAlign = "right";
    context.fillText(clipped(context, texts.xName, box.right - box.left), box.right, box.bottom + 36);
  }
  if (texts.yName) {
    context.textAlign = "left";
    context.fillText(clipped(context, texts.yName, box.right), 2, box.top - 6);
  }
}

/**
 * A text, shortened with an ellipsis where it is wider than there is room.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} room
 * @returns {string}
 */
export function clipped(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let kept = [...text];
  while (kept.length > 1 && context.measureText(`${kept.join("")}…`).width > room) kept = kept.slice(0, -1);
  return `${kept.join("")}…`;
}

/**
 * The room within a size once axes have theirs.
 * @param {{width: number, height: number}} size
 * @param {Partial<{left: number, top: number, right: number, bottom: number}>} [margins]
 * @returns {Box}
 */
export function boxWithin(size, margins = {}) {
  const { left = 52, top = 24, right = 12, bottom = 40 } = margins;
  return {
    left,
    top,
    right: Math.max(left + 10, size.width - right),
    bottom: Math.max(top + 10, size.height - bottom),
  };
}
