/*
 * Where everything of the network's drawing stands: layers as columns from left to right, or, where
 * there is no room for them, as bands from top to bottom. Nothing overlaps; what does not fit makes
 * the drawing wider or higher, never smaller than a finger.
 */

export const SHOWN_AT_FIRST = 16;
export const LEAST_UNIT = 24;
const LARGEST_UNIT = 54;
const GAP = 5;
const HEAD = { height: 62, width: 96 };
const LEAST_PITCH = { units: 104, box: 140 };
const LINK_ROOM = 36;
const BAND_GAP = 40;
const FAIR_HEIGHT = 460;
const MORE = 26;
const BOX = { across: 150, down: 104 };

/**
 * @typedef {{x: number, y: number, width: number, height: number}} Rect
 * @typedef {Object} LayerShape
 * @property {"units" | "box"} kind
 * @property {number} count   units that are shown
 * @property {boolean} more   a button for those that are not, or for folding them away
 *
 * @typedef {Object} Column
 * @property {Rect} head
 * @property {Rect[]} units
 * @property {Rect | null} more
 * @property {Rect | null} box
 * @property {Rect} body      around units or box
 */

/**
 * Lay out a network.
 * @param {LayerShape[]} layers input and output among them
 * @param {number} width the room there is
 * @returns {{down: boolean, width: number, height: number, columns: Column[]}}
 */
export function layOut(layers, width) {
  const down = width < 620 && layers.length * LEAST_PITCH.units > width;
  return down ? layOutDown(layers, width) : layOutAcross(layers, width);
}

function layOutAcross(layers, width) {
  const least = layers.some(({ kind }) => kind === "box") ? LEAST_PITCH.box : LEAST_PITCH.units;
  const pitch = Math.max(least, width / Math.max(1, layers.length));
  const content = Math.min(pitch - LINK_ROOM, 140);
  const grids = layers.map((layer) => gridAcross(layer, content));
  const tallest = Math.max(LEAST_UNIT, ...grids.map((grid) => grid.height));
  const columns = grids.map((grid, i) => {
    const middle = pitch * (i + 0.5);
    const top = HEAD.height + (tallest - grid.height) / 2;
    const head = { x: middle - Math.min(pitch - 8, 124) / 2, y: 0, width: Math.min(pitch - 8, 124), height: HEAD.height - 6 };
    return placed(layers[i], grid, middle - grid.width / 2, top, head);
  });
  return { down: false, width: pitch * layers.length, height: HEAD.height + tallest + 2, columns };
}

function gridAcross(layer, content) {
  if (layer.kind === "box") return { width: content, height: BOX.across };
  const beside = layer.count > SHOWN_AT_FIRST ? Math.floor((content + GAP) / (LEAST_UNIT + GAP)) : 1;
  const across = Math.max(1, Math.min(beside, Math.ceil(layer.count / SHOWN_AT_FIRST)));
  const rows = Math.ceil(layer.count / across);
  const largest = across > 1 ? LEAST_UNIT : Math.min(LARGEST_UNIT, content);
  const size = Math.max(LEAST_UNIT, Math.min(largest, Math.floor(FAIR_HEIGHT / Math.max(rows, 1)) - GAP));
  return sized(layer, size, across, rows, Math.max(content, across * (size + GAP) - GAP));
}

function sized(layer, size, across, rows, moreWidth) {
  const units = rows * (size + GAP) - GAP;
  const wide = Math.min(across, layer.count) * (size + GAP) - GAP;
  const height = Math.max(0, units) + (layer.more ? MORE + GAP : 0);
  return { size, across, units, width: layer.more ? Math.max(wide, moreWidth) : wide, inner: wide, height };
}

function layOutDown(layers, width) {
  const left = HEAD.width + 14;
  const room = Math.max(LEAST_UNIT, width - left - 2);
  const columns = [];
  let top = 0;
  layers.forEach((layer) => {
    const grid = gridDown(layer, room);
    const height = Math.max(grid.height, HEAD.height);
    const head = { x: 0, y: top + (height - HEAD.height) / 2, width: HEAD.width, height: HEAD.height };
    columns.push(placed(layer, grid, left + (room - grid.width) / 2, top + (height - grid.height) / 2, head));
    top += height + BAND_GAP;
  });
  return { down: true, width, height: Math.max(0, top - BAND_GAP) + 2, columns };
}

function gridDown(layer, room) {
  if (layer.kind === "box") return { width: Math.min(room, 220), height: BOX.down };
  const fit = (size) => Math.max(1, Math.floor((room + GAP) / (size + GAP)));
  const size = [44, 40, 36, 32, 28, 26].find((candidate) => layer.count <= fit(candidate)) ?? 28;
  const rows = Math.ceil(layer.count / fit(size));
  const across = Math.ceil(layer.count / Math.max(1, rows));
  return sized(layer, size, across, rows, Math.min(room, 140));
}

function placed(layer, grid, x, y, head) {
  const body = { x, y, width: grid.width, height: grid.height };
  if (layer.kind === "box") return { head, units: [], more: null, box: body, body };
  const start = x + (grid.width - grid.inner) / 2;
  const step = grid.size + GAP;
  const units = Array.from({ length: layer.count }, (_, i) => ({
    x: start + (i % grid.across) * step,
    y: y + Math.floor(i / grid.across) * step,
    width: grid.size,
    height: grid.size,
  }));
  const more = layer.more ? { x, y: y + Math.max(0, grid.units) + GAP, width: grid.width, height: MORE } : null;
  return { head, units, more, box: null, body };
}

/**
 * Where a link leaves or reaches a layer's unit; of a box, a place along its edge.
 * @param {Column} column
 * @param {number} index of the unit
 * @param {number} count of all units of the layer
 * @param {"in" | "out"} side
 * @param {boolean} down
 * @returns {[number, number] | null} null where the unit is not shown
 */
export function anchor(column, index, count, side, down) {
  const unit = column.box ? slot(column.box, index, count, down) : column.units[index];
  if (!unit) return null;
  const out = side === "out";
  if (down) return [unit.x + unit.width / 2, unit.y + (out ? unit.height : 0)];
  return [unit.x + (out ? unit.width : 0), unit.y + unit.height / 2];
}

function slot(box, index, count, down) {
  const share = (index + 0.5) / Math.max(1, count);
  return down
    ? { x: box.x + 6 + share * (box.width - 12), y: box.y, width: 0, height: box.height }
    : { x: box.x, y: box.y + 6 + share * (box.height - 12), width: box.width, height: 0 };
}

/**
 * Where there is room for a small button between a column and the next.
 * @param {{down: boolean, columns: Column[]}} layout
 * @param {number} i
 * @returns {Rect}
 */
export function gapAfter({ down, columns }, i) {
  const [before, after] = [columns[i], columns[i + 1]];
  const middle = down
    ? [before.head.x + before.head.width / 2, (lower(before) + upper(after)) / 2]
    : [(before.body.x + before.body.width + after.body.x) / 2, before.head.y + before.head.height + 14];
  return { x: middle[0] - LEAST_UNIT / 2, y: middle[1] - LEAST_UNIT / 2, width: LEAST_UNIT, height: LEAST_UNIT };
}

const lower = ({ head, body }) => Math.max(head.y + head.height, body.y + body.height);
const upper = ({ head, body }) => Math.min(head.y, body.y);

/**
 * Where the maps of a box's channels stand within it: squares (or strips) in rows.
 * @param {{width: number, height: number}} room
 * @param {number} count
 * @param {number} aspect width of a map by its height
 * @returns {Rect[]} as many as there is room for
 */
export function tile(room, count, aspect) {
  let best = { size: 0, across: 1 };
  for (let across = 1; across <= Math.max(1, count); across += 1) {
    const down = Math.ceil(count / across);
    const size = Math.min((room.width - (across - 1) * 2) / across, ((room.height - (down - 1) * 2) / down) * aspect);
    if (size > best.size) best = { size, across };
  }
  const width = Math.max(6, best.size);
  const height = width / aspect;
  const across = Math.max(1, Math.floor((room.width + 2) / (width + 2) + 1e-6));
  const down = Math.max(1, Math.floor((room.height + 2) / (height + 2) + 1e-6));
  return Array.from({ length: Math.min(count, across * down) }, (_, i) => ({
    x: (i % across) * (width + 2),
    y: Math.floor(i / across) * (height + 2),
    width,
    height,
  }));
}
