// The settings of a generated set, whatever they are: rows, noise, the operation of the calculator.

import { at, withValue } from "../../core/designs.js";
import { h } from "../../core/elements.js";
import { called, settingField } from "../../core/settings.js";
import { sliderField } from "./slider.js";

const USUAL_MOST_ROWS = 5000;
const USUAL_MOST_AMOUNT = 1;

/** What the slider of an option covers; null for an option without one. */
export function rangeOf({ kind, least = 0, most = Infinity, below }) {
  if (kind === "int") {
    const low = Math.max(1, least);
    return { low, high: Math.min(most, Math.max(USUAL_MOST_ROWS, low)), log: true, whole: true };
  }
  if (kind === "float") return { low: least, high: Math.min(USUAL_MOST_AMOUNT, below ?? USUAL_MOST_AMOUNT) };
  return null;
}

/** @param {Object} app */
export function options(app) {
  const { store } = app;
  const region = h("div", { class: "settings" });
  let built = null;
  let sliders = new Map();

  function build(known) {
    built = known?.name;
    sliders = new Map();
    region.replaceChildren(...(known?.options ?? []).map((option) => one(option)));
    region.hidden = !known?.options?.length;
  }

  function one(option) {
    const place = `data.options.${option.name}`;
    const value = at(store.get("design"), place) ?? option.default;
    const label = called(app.t, "data.option", option.name);
    const change = (given) => app.change((design) => withValue(design, place, given), { place });
    const range = rangeOf(option);
    if (!range) {
      return settingField(app, { ...option, title: label }, value, { place, change, family: "data.option" });
    }
    const slider = sliderField(app, { label, place, value, setting: option, range, change });
    sliders.set(option, slider);
    return slider.element;
  }

  store.subscribe(["design", "catalogue"], () => {
    const source = store.get("design")?.data?.source;
    const known = store.get("catalogue")?.datasets?.find((dataset) => dataset.name === source);
    if (known?.name !== built) build(known);
    for (const [option, slider] of sliders) {
      slider.show(at(store.get("design"), `data.options.${option.name}`) ?? option.default);
    }
  });
  return region;
}
