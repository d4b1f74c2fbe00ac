/*
 * Links between units: as wide as their weight is large, whole for positive and dashed for
 * negative ones besides their colour, and fainter the smaller they are.
 */

import { mix, cssColor, parseColor } from "./color.js";

export const DASH = [5, 4];

/**
 * How crowded a layer's links are, 0…1: from a hundred or so on they are thinner and the small ones
 * fainter, so that the strong ones are seen.
 * @param {number} count
 */
export const crowding = (count) => Math.max(0, Math.min(1, Math.log10(Math.max(count, 1) / 60) / Math.log10(16)));

/**
 * How one link is drawn.
 * @param {number} weight
 * @param {number} most the largest magnitude of the layer
 * @param {number} [crowd] 0…1
 * @returns {{width: number, dash: number[], alpha: number, sign: 1 | -1, level: number}}
 */
export function linkStyle(weight, most, crowd = 0) {
  const share = most > 0 ? Math.min(1, Math.abs(weight) / most) : 0;
  return {
    width: 0.6 + (3.9 - 1.7 * crowd) * share,
    dash: weight < 0 ? DASH : [],
    alpha: 0.1 - 0.05 * crowd + 0.82 * share ** (0.5 + crowd),
    sign: weight < 0 ? -1 : 1,
    level: share,
  };
}

const LEVELS = 8;

/**
 * Sort links into few ways of drawing, so that one path holds many of them.
 * @param {Iterable<{weight: number}>} links
 * @param {number} most
 * @param {number} [crowd]
 * @returns {Map<number, {style: ReturnType<typeof linkStyle>, links: object[]}>} thin ones first
 */
export function inGroups(links, most, crowd = 0) {
  const groups = new Map();
  for (const link of links) {
    const share = most > 0 ? Math.min(1, Math.abs(link.weight) / most) : 0;
    const level = Math.round(share * LEVELS);
    const key = level * 2 + (link.weight < 0 ? 1 : 0);
    let group = groups.get(key);
    if (!group) {
      const magnitude = (level / LEVELS) * most;
      group = { style: linkStyle(link.weight < 0 ? -magnitude : magnitude, most, crowd), links: [] };
      if (link.weight < 0) group.style = { ...group.style, dash: DASH, sign: -1 };
      groups.set(key, group);
    }
    group.links.push(link);
  }
  return new Map([...groups].sort(([one], [other]) => one - other));
}

/**
 * @typedef {Object} Link
 * @property {number} x0
 * @property {number} y0
 * @property {number} x1
 * @property {number} y1
 * @property {number} weight
 */

/**
 * Draw the links of all layers.
 * @param {CanvasRenderingContext2D} context
 * @param {{layers: {links: Link[], most: number}[], down: boolean, lit: Link[] | null,
 *   passing?: [Rect, Rect][]}} data `down`: layers follow one another downwards; `lit`: those of the
 *   unit that is looked at; `passing`: bodies of layers between which there are no weights to show
 * @param {{width: number, height: number}} size
 * @param {import("./color.js").Colors} colors
 */
export function drawLinks(context, data, size, colors) {
  context.clearRect(0, 0, size.width, size.height);
  context.save();
  for (const [before, after] of data.passing ?? []) band(context, before, after, data.down, colors);
  for (const layer of data.layers) {
    drawGroups(context, inGroups(layer.links, layer.most, crowding(layer.links.length)), data, colors, data.lit ? 0.25 : 1);
  }
  if (data.lit && data.lit.length) {
    const most = data.lit.reduce((top, link) => Math.max(top, Math.abs(link.weight)), 0);
    drawGroups(context, inGroups(data.lit, most), data, colors, 1);
  }
  context.restore();
}

/** @typedef {{x: number, y: number, width: number, height: number}} Rect */

function band(context, before, after, down, colors) {
  context.globalAlpha = 0.55;
  context.strokeStyle = colors.muted;
  context.setLineDash([]);
  context.lineWidth = 1.5;
  context.beginPath();
  const start = down ? [before.x + before.width / 2, before.y + before.height] : [before.x + before.width, before.y + before.height / 2];
  const end = down ? [after.x + after.width / 2, after.y] : [after.x, after.y + after.height / 2];
  context.moveTo(...start);
  context.lineTo(...end);
  const [dx, dy] = down ? [4, -6] : [-6, 4];
  context.moveTo(end[0] + dx, end[1] + dy);
  context.lineTo(...end);
  context.lineTo(end[0] + (down ? -dx : dx), end[1] + (down ? dy : -dy));
  context.stroke();
  context.globalAlpha = 1;
}

function drawGroups(context, groups, data, colors, strength) {
  for (const { style, links } of groups.values()) {
    context.globalAlpha = style.alpha * strength;
    context.lineWidth = style.width;
    context.strokeStyle = linkColor(style, colors);
    context.setLineDash(style.dash);
    context.beginPath();
    for (const link of links) curve(context, link, data.down);
    context.stroke();
  }
  context.globalAlpha = 1;
}

function linkColor(style, colors) {
  const muted = parseColor(colors.muted);
  const full = parseColor(style.sign > 0 ? colors.positive : colors.negative);
  return cssColor(mix(muted, full, 0.55 + 0.45 * style.level));
}

function curve(context, { x0, y0, x1, y1 }, down) {
  context.moveTo(x0, y0);
  if (down) {
    const half = (y0 + y1) / 2;
    context.bezierCurveTo(x0, half, x1, half, x1, y1);
  } else {
    const half = (x0 + x1) / 2;
    context.bezierCurveTo(half, y0, half, y1, x1, y1);
  }
}
