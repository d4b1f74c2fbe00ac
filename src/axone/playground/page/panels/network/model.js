// What the drawing of a network shows, worked out of the design and the last frame, without the
// document: columns, links between their units, the state of a unit, its strongest weights.

import { SHOWN_AT_FIRST, anchor } from "../../draw/columns.js";
import { crowding } from "../../draw/links.js";

/**
 * @typedef {Object} LayerColumn
 * @property {"input" | "hidden" | "output"} role
 * @property {string | number} key   "input", or the layer's number in the arrays' names
 * @property {number} index          place among the hidden layers; −1 of input and output
 * @property {"units" | "box"} kind
 * @property {number} total          units that there are
 * @property {number} count          units that are shown
 * @property {boolean} more
 * @property {boolean} open          all units are asked for
 * @property {string[]} names        of the units, where they have some
 * @property {Object | null} entry   of `designed.network`
 */

const MOST_SHOWN = 128;

/**
 * Input, layers and output as columns.
 * @param {Object} designed
 * @param {Set<string | number>} open keys of layers whose units are all asked for
 * @returns {LayerColumn[]}
 */
export function columnsOf(designed, open) {
  const { data, network } = designed;
  const last = network.length - 1;
  const size = data.shape?.length === 1 ? data.shape[0] : data.features?.length ?? 0;
  const flat = (data.shape?.length ?? 1) <= 1 && !["tokens", "text"].includes(data.kind);
  const input = column("input", "input", -1, flat && size > 0 ? "units" : "box", size, open, data.inputs ?? data.features ?? [], null);
  return [
    input,
    ...network.map((entry, i) => {
      const out = i === last;
      const names = out ? outputNames(designed, entry) : [];
      const kind = entry.drawn === "units" ? "units" : "box";
      return column(out ? "output" : "hidden", entry.layer, out ? -1 : i, kind, entry.units ?? 0, open, names, entry);
    }),
  ];
}

function column(role, key, index, kind, total, open, names, entry) {
  const isOpen = open.has(key);
  const count = kind === "box" ? 0 : Math.min(total, isOpen ? MOST_SHOWN : SHOWN_AT_FIRST);
  return { role, key, index, kind, total, count, more: kind === "units" && total > SHOWN_AT_FIRST, open: isOpen, names, entry };
}

function outputNames({ data }, entry) {
  if (data.classes && entry.units === data.classes.length) return data.classes;
  if (data.classes && entry.units === 1) return [data.classes[1]];
  const targets = data.targets?.length ? data.targets : data.target ? [data.target] : [];
  return targets.length === entry.units ? targets : [];
}

/**
 * The links into a layer: every one, or the strongest of many.
 * @param {Map<string, {data: ArrayLike<number>, shape: number[]}>} arrays
 * @param {string | number} key of the layer
 * @returns {{each: (told: (to: number, from: number, weight: number) => void) => void, most: number,
 *   inputs: number | null, all: boolean} | null}
 */
export function weightsInto(arrays, key) {
  const whole = arrays.get(`links.${key}`);
  if (whole && whole.shape.length === 2) {
    const [outs, ins] = whole.shape;
    const each = (told) => {
      for (let to = 0; to < outs; to += 1) {
        for (let from = 0; from < ins; from += 1) told(to, from, whole.data[to * ins + from]);
      }
    };
    return { each, most: largest(whole.data), inputs: ins, all: true };
  }
  const top = arrays.get(`links.${key}.top`);
  if (!top) return null;
  const each = (told) => {
    for (let i = 0; i < top.shape[0]; i += 1) told(top.data[3 * i], top.data[3 * i + 1], top.data[3 * i + 2]);
  };
  let most = 0;
  each((to, from, weight) => {
    most = Math.max(most, Math.abs(weight) || 0);
  });
  return { each, most, inputs: top.inputs ?? null, all: false };
}

function largest(values) {
  let most = 0;
  for (let i = 0; i < values.length; i += 1) {
    const size = Math.abs(values[i]);
    if (size > most && size < Infinity) most = size;
  }
  return most;
}

/** Links of less than so much of the strongest are not seen anyway, in a crowd even fewer. */
const TINY = 0.02;
const TINY_IN_A_CROWD = 0.1;
/** Into a layer behind a box of many channels only those that stand out are drawn. */
const OUTSTANDING = 0.35;

/**
 * All links as lines on the drawing.
 * @param {LayerColumn[]} columns
 * @param {ReturnType<typeof import("../../draw/columns.js").layOut>} layout
 * @param {Map} arrays
 * @param {{key: string | number, unit: number} | null} looked the unit whose links are to stand out
 * @returns {{layers: {links: Object[], most: number}[], lit: Object[] | null, plain: number[]}}
 *   `plain`: columns whose links from the one before are not known
 */
export function linksOf(columns, layout, arrays, looked) {
  const layers = [];
  const lit = looked ? [] : null;
  const plain = [];
  for (let i = 1; i < columns.length; i += 1) {
    const weights = weightsInto(arrays, columns[i].key);
    if (!weights) {
      plain.push(i);
      continue;
    }
    layers.push({ links: linesInto(columns, layout, i, weights, looked, lit), most: weights.most });
  }
  return { layers, lit, plain };
}

function linesInto(columns, layout, i, weights, looked, lit) {
  const [before, after] = [columns[i - 1], columns[i]];
  const lines = [];
  const count = before.kind === "units" ? before.total : weights.inputs ?? 1;
  const least = leastShare(before, after, count) * weights.most;
  weights.each((to, from, weight) => {
    if (!Number.isFinite(weight)) return;
    const isLooked = looked !== null && ((looked.key === after.key && looked.unit === to) || (looked.key === before.key && looked.unit === from));
    if (!isLooked && Math.abs(weight) < least) return;
    const start = anchor(layout.columns[i - 1], from, count, "out", layout.down);
    const end = anchor(layout.columns[i], to, after.total, "in", layout.down);
    if (!start || !end) return;
    const line = { x0: start[0], y0: start[1], x1: end[0], y1: end[1], weight };
    lines.push(line);
    if (isLooked) lit.push(line);
  });
  return lines;
}

function leastShare(before, after, count) {
  if (before.kind === "box" && count > SHOWN_AT_FIRST) return OUTSTANDING;
  return TINY + TINY_IN_A_CROWD * crowding((before.count || count) * after.count);
}

/**
 * A unit's weights, the strongest first.
 * @param {Map} arrays
 * @param {string | number} key
 * @param {number} unit
 * @param {number} [wanted]
 * @returns {{from: number, weight: number}[]}
 */
export function strongest(arrays, key, unit, wanted = 3) {
  const found = [];
  weightsInto(arrays, key)?.each((to, from, weight) => {
    if (to === unit) found.push({ from, weight });
  });
  return found.sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight)).slice(0, wanted);
}

/**
 * Whether a unit is dead or saturated on the rows that were looked at.
 * @param {Map} arrays
 * @param {string | number} key
 * @param {number} unit
 * @returns {"alive" | "dead" | "saturated"}
 */
export function conditionOf(arrays, key, unit) {
  if (arrays.get(`dead.${key}`)?.data[unit]) return "dead";
  return arrays.get(`saturated.${key}`)?.data[unit] ? "saturated" : "alive";
}

/** A unit's bias, or null. */
export function biasOf(arrays, key, unit) {
  const bias = arrays.get(`bias.${key}`)?.data[unit];
  return bias === undefined ? null : bias;
}

/** The largest magnitude among a layer's biases. */
export function largestBias(arrays, key) {
  const bias = arrays.get(`bias.${key}`);
  return bias ? largest(bias.data) : 0;
}

/**
 * One unit's map over the plane, or, where there is none, what it gives for the chosen example: its bytes and the range they are read with.
 * @param {Map} arrays
 * @param {string | number} key
 * @param {number} unit
 * @returns {{bytes: Uint8Array, rows: number, columns: number, low: number, high: number} | null}
 */
export function mapOf(arrays, key, unit) {
  const maps = arrays.get(`units.${key}`) ?? arrays.get(`maps.${key}`);
  if (!maps || unit >= maps.shape[0]) return null;
  const [, rows, columns = 1] = maps.shape;
  return {
    bytes: maps.data.subarray(unit * rows * columns, (unit + 1) * rows * columns),
    rows,
    columns,
    low: rangeOf(maps.low, unit),
    high: rangeOf(maps.high, unit),
  };
}

/** One of a list of limits, or the one limit of all. */
const rangeOf = (limits, unit) => (Array.isArray(limits) ? limits[unit] : limits) ?? 0;
