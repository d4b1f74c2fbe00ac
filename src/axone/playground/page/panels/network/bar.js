// Above the drawing: which network it is, a preset or the reader's own layers, and how many numbers
// it learns.

import { choice, h } from "../../core/elements.js";
import { hiddenLayers, withLayers, withPreset } from "./edits.js";

/**
 * The presets that suit a kind of data, of those that the library has.
 * @param {{name: string, kinds?: string[]}[]} presets of the catalogue
 * @param {string} kind of the data
 * @returns {string[]}
 */
export function presetsFor(presets, kind) {
  const wanted = kind === "table" ? "features" : kind;
  return presets.filter(({ kinds }) => !kinds || kinds.includes(wanted)).map(({ name }) => name);
}

/**
 * The preset that a design has; of a design that leaves the network open, the one that suits the data.
 * @param {Object} design @param {Object} designed
 * @returns {string|null}
 */
export function presetOf(design, designed) {
  const network = design?.network ?? {};
  return network.hidden_layers ? null : network.preset ?? designed.experiment?.network?.preset ?? null;
}

/** @param {Object} app */
export function bar(app) {
  const { t, numbers, store } = app;
  const figures = h("p", { class: "network-figures" });
  const place = h("div", { class: "network-preset", data: { place: "network.preset" } });
  const element = h("div", { class: "network-bar", data: { place: "network" } }, place, figures);

  function show(designed) {
    figures.textContent = t.n("network.parameters", designed.parameters_total ?? 0, {
      shown: numbers.integer(designed.parameters_total ?? 0),
    });
    const own = presetOf(store.get("design"), designed) ?? "";
    const names = presetsFor(store.get("catalogue")?.presets ?? [], designed.data?.kind ?? "table");
    if (own && !names.includes(own)) names.push(own);
    const select = choice(
      [{ value: "", title: t("network.preset.own") }, ...names.map((name) => ({ value: name, title: name }))],
      own,
      (name) => choose(name, designed),
    );
    select.setAttribute("aria-label", t("network.preset"));
    const had = place.contains(document.activeElement);
    place.replaceChildren(select);
    if (had) select.focus();
  }

  function choose(name, designed) {
    app.change(
      (design) => (name ? withPreset(design, name) : withLayers(design, hiddenLayers(design, designed))),
      { place: "network.preset" },
    ).then((done) => done || show(store.get("designed")));
  }

  return { element, show };
}
