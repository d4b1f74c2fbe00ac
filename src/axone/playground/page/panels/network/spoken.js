// The network in words, for those who do not see its drawing.

import { called } from "../../core/settings.js";
import { conditionOf, weightsInto } from "./model.js";

/**
 * @param {Object} app
 * @param {import("./model.js").LayerColumn[]} columns
 * @param {Map} arrays
 * @returns {string}
 */
export function networkWords({ t, numbers }, columns, arrays) {
  const layers = columns.map((column) => layerWords(t, column)).join(" → ");
  const pieces = [t("network.words", { layers })];
  const counts = { dead: 0, saturated: 0 };
  for (const column of columns) {
    for (let unit = 0; unit < column.total; unit += 1) {
      const condition = conditionOf(arrays, column.key, unit);
      if (condition !== "alive") counts[condition] += 1;
    }
  }
  if (counts.dead) pieces.push(t.n("network.words.dead", counts.dead));
  if (counts.saturated) pieces.push(t.n("network.words.saturated", counts.saturated));
  const most = Math.max(0, ...columns.map((column) => weightsInto(arrays, column.key)?.most ?? 0));
  if (most > 0) pieces.push(t("network.words.strongest", { weight: numbers.short(most) }));
  return pieces.join(" ");
}

function layerWords(t, column) {
  if (column.role === "input") return t.n("network.words.inputs", column.total);
  if (column.role === "output") return t.n("network.words.outputs", column.total);
  const title = called(t, "layers", column.entry.name);
  return column.kind === "units" ? `${title} ${column.total}` : title;
}
