// The line under the drawing: what is known of the unit under the pointer or with the focus, in
// words, for everybody: hovering and focusing say the same.

import { h } from "../../core/elements.js";
import { biasOf, conditionOf, strongest } from "./model.js";

/**
 * What a unit is called.
 * @param {Object} app
 * @param {import("./model.js").LayerColumn} column
 * @param {number} unit
 */
export function unitName({ t }, column, unit) {
  const name = column.names[unit];
  if (column.role === "input") return name ?? t("network.input.unit", { number: unit + 1 });
  if (column.role === "output") return name === undefined ? t("network.output.unit", { number: unit + 1 }) : t("network.output.named", { name });
  return t("network.unit", { layer: column.index + 1, unit: unit + 1 });
}

/**
 * A unit in a sentence: its name, its bias, its strongest weights, whether it is dead or saturated.
 * @param {Object} app
 * @param {import("./model.js").LayerColumn[]} columns
 * @param {import("./model.js").LayerColumn} column
 * @param {number} unit
 * @param {Map} arrays
 * @returns {string[]} pieces, the name first
 */
export function unitWords(app, columns, column, unit, arrays) {
  const { t, numbers } = app;
  const pieces = [unitName(app, column, unit)];
  const condition = conditionOf(arrays, column.key, unit);
  if (condition !== "alive") pieces.push(t(condition === "dead" ? "network.dead" : "network.saturated"));
  const bias = biasOf(arrays, column.key, unit);
  if (bias !== null) pieces.push(t("network.bias", { bias: numbers.short(bias) }));
  const weights = strongest(arrays, column.key, unit);
  if (weights.length) {
    const before = columns[columns.indexOf(column) - 1];
    const list = weights.map(({ from, weight }) => `${sourceName(app, before, from)} ${signed(numbers, weight)}`);
    pieces.push(t("network.weights", { list: list.join(", ") }));
  }
  return pieces;
}

const sourceName = (app, before, from) => before.names[from] ?? app.t("network.unit.short", { unit: from + 1 });

const signed = (numbers, value) => (value > 0 ? `+${numbers.short(value)}` : numbers.short(value));

/** @param {Object} app */
export function createInspector({ t }) {
  const element = h("p", { class: "network-inspector" });

  /** @param {string[] | null} pieces */
  function show(pieces) {
    if (!pieces) {
      element.replaceChildren(h("span", { class: "network-hint" }, t("network.inspect")));
      return;
    }
    const [name, ...rest] = pieces;
    element.replaceChildren(h("strong", null, name), ...rest.map((piece) => h("span", null, piece)));
  }

  show(null);
  return { element, show };
}
