/*
 * Points of data: each class has a shape as well as a colour; training rows are filled, others are
 * rings; a row that the network gets wrong is crossed out.
 */

import { SHAPES } from "../core/colors.js";

const TURN = Math.PI * 2;

/**
 * The shape of a class.
 * @param {number} label
 * @returns {string}
 */
export function shapeOf(label) {
  return SHAPES[((label % SHAPES.length) + SHAPES.length) % SHAPES.length];
}

/**
 * Add a shape's outline to the context's path.
 * @param {CanvasRenderingContext2D} context
 * @param {string} shape
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function trace(context, shape, x, y, radius) {
  if (shape === "circle") {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, TURN);
  } else if (shape === "square") {
    const half = radius * 0.88;
    context.rect(x - half, y - half, half * 2, half * 2);
  } else {
    polygon(context, outline(shape), x, y, radius);
  }
}

const around = (corners, turn) =>
  Array.from({ length: corners }, (_, i) => {
    const angle = turn + (i / corners) * TURN;
    return [Math.cos(angle), Math.sin(angle)];
  });
const bars = (t) => {
  return [[-t, -1], [t, -1], [t, -t], [1, -t], [1, t], [t, t], [t, 1], [-t, 1], [-t, t], [-1, t], [-1, -t], [-t, -t]];
};
const turned = (corners) => corners.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]);

const OUTLINES = {
  triangle: around(3, -TURN / 4).map(([x, y]) => [x * 1.2, y * 1.2 + 0.15]),
  inverted: around(3, TURN / 4).map(([x, y]) => [x * 1.2, y * 1.2 - 0.15]),
  diamond: around(4, -TURN / 4).map(([x, y]) => [x * 1.15, y * 1.15]),
  pentagon: around(5, -TURN / 4).map(([x, y]) => [x * 1.08, y * 1.08]),
  left: around(3, TURN / 2).map(([x, y]) => [x * 1.2 + 0.15, y * 1.2]),
  right: around(3, 0).map(([x, y]) => [x * 1.2 - 0.15, y * 1.2]),
  plus: bars(0.36),
  cross: turned(bars(0.36)),
};

function outline(shape) {
  return OUTLINES[shape] ?? OUTLINES.diamond;
}

function polygon(context, corners, x, y, radius) {
  corners.forEach(([cx, cy], i) => {
    if (i === 0) context.moveTo(x + cx * radius, y + cy * radius);
    else context.lineTo(x + cx * radius, y + cy * radius);
  });
  context.closePath();
}

/**
 * Points that look alike, drawn as one path: of two thousand rows few paths are left.
 * @typedef {Object} Marks
 * @property {[number, number][]} at
 * @property {string} shape
 * @property {string} color
 * @property {boolean} ring
 * @property {number} radius
 * @property {string} [edge] colour of an outline, where colours are those of the ground
 */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Marks} marks
 * @param {import("./color.js").Colors} colors
 */
export function drawMarks(context, marks, colors) {
  const { at, shape, color, ring, radius, edge } = marks;
  context.beginPath();
  for (const [x, y] of at) trace(context, shape, x, y, radius);
  if (edge) {
    edged(context, color, edge, ring, colors);
    return;
  }
  context.lineWidth = ring ? 3 : 1.5;
  context.strokeStyle = colors.paper;
  context.stroke();
  if (ring) {
    context.lineWidth = 1.75;
    context.strokeStyle = color;
    context.stroke();
  } else {
    context.fillStyle = color;
    context.fill();
  }
}

function edged(context, color, edge, ring, colors) {
  context.fillStyle = ring ? colors.paper : color;
  context.fill();
  context.lineWidth = ring ? 3.5 : 2.5;
  context.strokeStyle = ring ? edge : colors.paper;
  context.stroke();
  context.lineWidth = ring ? 1.5 : 1;
  context.strokeStyle = ring ? color : edge;
  context.stroke();
}

/**
 * Cross out points, as what the network gets wrong.
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number][]} at
 * @param {number} radius of the points
 * @param {import("./color.js").Colors} colors
 * @param {boolean} quiet where many are wrong: crosses stay within their points
 */
export function crossOut(context, at, radius, colors, quiet) {
  const reach = quiet ? radius * 0.95 : radius * 1.5;
  context.beginPath();
  for (const [x, y] of at) {
    context.moveTo(x - reach, y - reach);
    context.lineTo(x + reach, y + reach);
    context.moveTo(x - reach, y + reach);
    context.lineTo(x + reach, y - reach);
  }
  const lines = quiet ? [[1, colors.ink]] : [[3.5, colors.paper], [1.5, colors.ink]];
  context.globalAlpha = quiet ? 0.6 : 1;
  for (const [width, color] of lines) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/**
 * Draw the mark of the row that is looked at: a ring around its point.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {import("./color.js").Colors} colors
 */
export function drawHalo(context, x, y, radius, colors) {
  for (const [width, color] of [[5, colors.paper], [2.5, colors.accent]]) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.beginPath();
    context.arc(x, y, radius, 0, TURN);
    context.stroke();
  }
}
