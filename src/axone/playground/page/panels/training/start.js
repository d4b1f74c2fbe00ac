// Where the weights begin: the seed, and the distribution from which every hidden layer draws.

import { at, described, withValue, written } from "../../core/designs.js";
import { button } from "../../core/elements.js";
import { memberForm, settingField } from "../../core/settings.js";

const LAYERS = "network.hidden_layers";
const PLACE = "network.initializer";

/** @param {Object} app */
export function seedField(app) {
  const { t, store } = app;
  const seed = at(store.get("designed"), "experiment.seed") ?? at(store.get("design"), "seed") ?? 0;
  const change = (value) => app.change((design) => withValue(design, "seed", value), { place: "seed" });
  const element = settingField(
    app,
    { name: "seed", kind: "int", default: 0, least: 0, title: t("training.seed") },
    seed,
    { place: "seed", change },
  );
  element.querySelector(".field-head").append(
    button(t("training.seed.other"), () => change(Number(seed) + 1), { class: "plain small" }),
  );
  return element;
}

/** Whether a layer draws weights, as the catalogue says. */
function drawer(app) {
  const known = app.store.get("catalogue")?.layers ?? [];
  const names = new Set(
    known.filter((one) => one.settings.some((setting) => setting.name === "initializer")).map((one) => one.name),
  );
  return (layer) => names.has(described(layer).name);
}

/**
 * Every layer's initializer, in one control; "mixed" where they differ.
 * @param {Object} app @returns {HTMLElement|null} null where no layer draws any
 */
export function startingWeights(app) {
  const { t, store } = app;
  const draws = drawer(app);
  const layers = (at(store.get("design"), LAYERS) ?? []).filter(draws);
  if (!layers.length) return null;
  const used = new Set(layers.map((layer) => JSON.stringify(described(layer).settings.initializer ?? "auto")));
  const value = used.size === 1 ? JSON.parse([...used][0]) : "mixed";
  const change = (chosen) =>
    app.change((design) => withValue(design, LAYERS, withInitializer(at(design, LAYERS), draws, chosen)), { place: PLACE });
  return memberForm(app, {
    family: "initializers", label: t("training.initializer"), place: PLACE, value, extra: ["auto"], change,
  });
}

/**
 * The layers, each that draws with that initializer; "auto": what suits its activation.
 * @param {any[]} layers @param {(layer: any) => boolean} draws @param {any} chosen
 */
export function withInitializer(layers, draws, chosen) {
  return layers.map((layer) => {
    if (!draws(layer)) return layer;
    const { name, settings } = described(layer);
    return written(name, { ...settings, initializer: chosen === "auto" ? undefined : chosen });
  });
}
