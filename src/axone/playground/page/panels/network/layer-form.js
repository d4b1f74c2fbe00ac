// One layer's settings, as the catalogue lists them, and what can be done with the layer as a whole.

import { button, field, h } from "../../core/elements.js";
import { called, memberForm, settingField } from "../../core/settings.js";
import { titled } from "../../core/words.js";
import { activationField } from "./activation-field.js";

/**
 * @param {Object} app
 * @param {number} index among the hidden layers
 * @param {Object} layer
 * @param {{set: Function, remove: Function, move: Function, close: Function, add: Function, count: number}} actions
 * @returns {Node[]}
 */
export function layerForm(app, index, layer, actions) {
  const { t } = app;
  const title = titled(called(t, "layers", layer.name), app.store.get("language"));
  const settings = settingsOf(app, layer);
  const [first, rest] = [settings.filter(isFirst), settings.filter((setting) => !isFirst(setting))];
  const fields = (some) => some.map((setting) => fieldOf(app, index, layer, setting, actions));
  return [
    h(
      "div",
      { class: "network-editor-head" },
      h("h3", null, t("network.layer", { number: index + 1, title })),
      layerActions(app, index, title, actions),
    ),
    h("div", { class: "network-settings", data: { place: `network.hidden_layers.${index}` } }, fields(first)),
    rest.length > 0 && h("details", { class: "network-rest" }, h("summary", null, t("network.rest")), h("div", { class: "network-settings" }, fields(rest))),
  ].filter(Boolean);
}

const FIRST = new Set([
  "units", "channels", "kernel_size", "rate", "standard_deviation", "activation", "function", "cell", "heads", "dimension",
  "vocabulary_size", "size", "factor", "layers", "shape", "bidirectional",
]);
const isFirst = ({ name }) => FIRST.has(name);

/** The catalogue's settings of a layer; those that the layer has where the catalogue knows none. */
function settingsOf({ store }, layer) {
  const member = (store.get("catalogue")?.layers ?? []).find(({ name }) => name === layer.name);
  if (member?.settings) return member.settings;
  return Object.keys(layer)
    .filter((name) => name !== "name")
    .map((name) => ({ name, kind: typeof layer[name] === "number" ? "float" : typeof layer[name] === "boolean" ? "bool" : "text", default: layer[name] }));
}

function layerActions(app, index, title, actions) {
  const { t } = app;
  const figures = { number: index + 1, title };
  const act = (content, words, run, more = {}) => button(content, run, { class: "quiet", label: t(words, figures), "data-name": words, ...more });
  return h(
    "div",
    { class: "network-actions", role: "group", "aria-label": t("network.actions", figures) },
    act("←", "network.move.back", () => actions.move(index, -1), { disabled: index === 0 }),
    act("→", "network.move.on", () => actions.move(index, 1), { disabled: index === actions.count - 1 }),
    button(t("network.add.before"), () => actions.add(index), { class: "plain", "data-name": "before" }),
    button(t("network.add.behind"), () => actions.add(index + 1), { class: "plain", "data-name": "behind" }),
    button(t("network.remove"), () => actions.remove(index), { class: "plain", "data-name": "remove" }),
    act("×", "network.close", () => actions.close()),
  );
}

function fieldOf(app, index, layer, setting, { set }) {
  const place = `network.hidden_layers.${index}.${setting.name}`;
  const change = (value) => set(index, setting.name, value);
  const value = layer[setting.name];
  if (setting.of === "activations" || (setting.name === "activation" && !setting.of)) {
    return activationField(app, { label: setting.title ?? called(app.t, "setting", setting.name), place, value: value ?? setting.default, change });
  }
  if (isNested(value) || setting.kind === "layers") return nestedField(app, setting, value, { place, change });
  if (setting.kind === "member") {
    return memberForm(app, { family: setting.of, label: setting.title ?? called(app.t, "setting", setting.name), place, value: value ?? setting.default, extra: setting.optional ? [""] : [], change: (given) => change(given === "" ? undefined : given) });
  }
  // One number or word for all directions is written without a list.
  const single = (given) => change(Array.isArray(given) && given.length === 1 ? given[0] : given);
  return settingField(app, setting, value, { place, change: single });
}

const isNested = (value) => Array.isArray(value) && value.some((item) => typeof item === "object");

/** Layers within a layer, as text: what cannot be read goes to the worker, which says so in words. */
function nestedField(app, setting, value, { place, change }) {
  const area = h("textarea", {
    rows: 3, spellcheck: "false", value: value === undefined ? "" : JSON.stringify(value),
    on: { change: () => change(readJson(area.value)) },
  });
  return field(setting.title ?? called(app.t, "setting", setting.name), area, { place, hint: app.t("network.nested") });
}

function readJson(text) {
  if (!text.trim()) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
