/*
 * The output over a plane of two columns: the surface as a picture, the rows as points on it, and
 * which row is nearest to a place.
 */

import { boxWithin, drawAxes } from "./axes.js";
import { crossOut, drawHalo, drawMarks, shapeOf } from "./marks.js";
import { scale } from "./scales.js";

/**
 * @typedef {Object} Points
 * @property {Float32Array} places  x, y of each
 * @property {ArrayLike<number>} labels
 * @property {ArrayLike<number>} predicted
 * @property {ArrayLike<number>} numbers
 * @property {ArrayLike<number>} parts 0 training, 1 validation, 2 test
 */

/**
 * @typedef {Object} Plane
 * @property {string[]} names two axes
 * @property {[number, number]} x
 * @property {[number, number]} y
 */

/**
 * The scales of a plane within a size.
 * @param {Plane} plane
 * @param {{width: number, height: number}} size
 * @param {object} [margins]
 */
export function surfaceFrame(plane, size, margins) {
  const box = boxWithin(size, margins);
  return {
    box,
    x: scale(plane.x[0], plane.x[1], box.left, box.right),
    y: scale(plane.y[0], plane.y[1], box.bottom, box.top),
  };
}

/**
 * Draw the surface's picture, its axes and its points.
 * @param {CanvasRenderingContext2D} context
 * @param {{plane: Plane, image: CanvasImageSource | null, points: Points | null, classes: number,
 *   colorOf: (label: number) => string, selected: number | null, format: (value: number) => string,
 *   crisp?: boolean}} data `classes` 0: a regression, `selected`: a place in `points`
 * @param {{width: number, height: number}} size
 * @param {import("./color.js").Colors} colors
 */
export function drawSurface(context, data, size, colors) {
  const frame = surfaceFrame(data.plane, size, data.margins);
  const { box } = frame;
  context.clearRect(0, 0, size.width, size.height);
  if (data.image) {
    context.save();
    context.imageSmoothingEnabled = !data.crisp;
    context.imageSmoothingQuality = "high";
    context.drawImage(data.image, box.left, box.top, box.right - box.left, box.bottom - box.top);
    context.restore();
  }
  drawAxes(context, box, frame.x, frame.y, colors, {
    xName: data.plane.names[0],
    yName: data.plane.names[1],
    format: data.format,
    grid: false,
  });
  if (data.points) drawPoints(context, data, frame, colors);
}

/** From so large a share of wrong rows on, as before training, crosses would hide everything. */
const MANY_WRONG = 0.12;

/**
 * Draw all points, those that are wrong last, where nothing hides them.
 * @param {CanvasRenderingContext2D} context
 * @param {object} data as of `drawSurface`
 * @param {ReturnType<typeof surfaceFrame>} frame
 * @param {import("./color.js").Colors} colors
 */
export function drawPoints(context, data, frame, colors) {
  const { points, selected } = data;
  const count = points.labels.length;
  const radius = radiusFor(count, frame.box);
  const right = new Map();
  const wrong = new Map();
  const crosses = [];
  const at = (i) => [frame.x.place(points.places[2 * i]), frame.y.place(points.places[2 * i + 1])];
  for (let i = 0; i < count; i += 1) {
    const place = at(i);
    if (!isWithin(place[0], place[1], frame.box)) continue;
    const isOff = isWrong(data, i);
    if (isOff) crosses.push(place);
    gather(isOff ? wrong : right, data, i, place, radius, colors);
  }
  context.save();
  context.setLineDash([]);
  for (const marks of [...right.values(), ...wrong.values()]) drawMarks(context, marks, colors);
  const quiet = crosses.length > MANY_WRONG * count && count > 20;
  if (crosses.length) crossOut(context, crosses, radius, colors, quiet);
  if (selected !== null && selected < count) {
    const own = new Map();
    gather(own, data, selected, at(selected), radius, colors);
    drawMarks(context, own.values().next().value, colors);
    if (isWrong(data, selected)) crossOut(context, [at(selected)], radius, colors, quiet);
    drawHalo(context, ...at(selected), radius + 6, colors);
  }
  context.restore();
}

/** Put a row among those that look like it. */
function gather(groups, { points, classes, colorOf }, i, place, radius, colors) {
  const color = colorOf(points.labels[i]);
  const ring = points.parts[i] !== 0;
  const shape = classes > 0 ? shapeOf(points.labels[i]) : "circle";
  const key = `${shape} ${ring} ${color}`;
  let group = groups.get(key);
  if (!group) {
    group = { at: [], shape, color, ring, radius, edge: classes > 0 ? undefined : colors.ink };
    groups.set(key, group);
  }
  group.at.push(place);
}

/** Whether a classified row is taken for another class. */
export function isWrong(data, i) {
  return data.classes > 0 && data.points.predicted.length > i && data.points.predicted[i] !== data.points.labels[i];
}

/** Fewer points are drawn larger. */
export function radiusFor(count, box) {
  const side = Math.min(box.right - box.left, box.bottom - box.top);
  const fair = (side / Math.sqrt(Math.max(count, 1))) * 0.2;
  return Math.max(2.4, Math.min(5, fair));
}

function isWithin(x, y, box) {
  return x >= box.left - 1 && x <= box.right + 1 && y >= box.top - 1 && y <= box.bottom + 1;
}

/**
 * The point nearest to a place on the canvas.
 * @param {Points} points
 * @param {ReturnType<typeof surfaceFrame>} frame
 * @param {number} px
 * @param {number} py
 * @param {number} [reach] pixels
 * @returns {number | null} its place in `points`
 */
export function nearestPoint(points, frame, px, py, reach = 14) {
  let [best, least] = [null, reach * reach];
  for (let i = 0; i < points.labels.length; i += 1) {
    const dx = frame.x.place(points.places[2 * i]) - px;
    const dy = frame.y.place(points.places[2 * i + 1]) - py;
    const distance = dx * dx + dy * dy;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/**
 * The next point in a direction, for the arrow keys: the nearest within a quarter of the compass.
 * @param {Points} points
 * @param {ReturnType<typeof surfaceFrame>} frame
 * @param {number} from
 * @param {[number, number]} direction in pixels: [1, 0] is to the right
 * @returns {number} `from` itself where there is none
 */
export function neighbour(points, frame, from, direction) {
  const at = (i) => [frame.x.place(points.places[2 * i]), frame.y.place(points.places[2 * i + 1])];
  const [x0, y0] = at(from);
  let [best, least] = [from, Infinity];
  for (let i = 0; i < points.labels.length; i += 1) {
    if (i === from) continue;
    const [x, y] = at(i);
    if (!isWithin(x, y, frame.box)) continue;
    const along = (x - x0) * direction[0] + (y - y0) * direction[1];
    const aside = Math.abs((x - x0) * direction[1] - (y - y0) * direction[0]);
    if (along <= 0 || aside > along) continue;
    if (along + 2 * aside < least) [best, least] = [i, along + 2 * aside];
  }
  return best;
}
