// The learning rate: a slider that turns by factors, and the number itself. Before the first step it
// is a setting of the design; afterwards it turns the run's own rate, as the library lets anybody do.

import { at, described, withValue } from "../../core/designs.js";
import { field, h } from "../../core/elements.js";
import { latest } from "../../core/latest.js";
import { textInput } from "../../core/settings.js";

const PLACE = "training.optimizer.learning_rate";
const LEAST = -6; // powers of ten
const MOST = 1;
const PER_DECADE = 20;

/** The rate of a slider's position, by two figures. @param {number} position */
export function rateAt(position) {
  return Number((10 ** (LEAST + position / PER_DECADE)).toPrecision(2));
}

/** The slider's position for a rate. @param {number} rate */
export function positionOf(rate) {
  if (!(rate > 0)) return 0;
  const exponent = Math.max(LEAST, Math.min(MOST, Math.log10(rate)));
  return Math.round((exponent - LEAST) * PER_DECADE);
}

/** What the design's optimizer is called. */
function optimizer(store) {
  const design = store.get("design");
  const resolved = store.get("designed")?.experiment;
  return described(at(design, "training.optimizer") ?? at(resolved, "training.optimizer"));
}

/** @param {Object} app @returns {HTMLElement} */
export function rateControl(app) {
  const { t, store, numbers } = app;
  const setting = { name: "learning_rate", kind: "float", least: 0, default: 0.01 };
  const turn = latest((rate) => (begun(store) ? turned(app, rate) : designed(app, rate)));
  const slider = h("input", {
    type: "range", min: 0, max: (MOST - LEAST) * PER_DECADE, step: 1, "aria-label": t("training.rate.slider"),
  });
  const number = textInput(app, setting, 0.01, (given) => given !== undefined && turn(given));
  number.classList.add("short");
  let held = false;

  slider.addEventListener("input", () => {
    held = true;
    const rate = rateAt(Number(slider.value));
    number.value = numbers.exact(rate);
    turn(rate);
  });
  slider.addEventListener("change", () => (held = false));

  store.subscribe(["state", "designed"], () => {
    const rate = store.get("state")?.learning_rate;
    const { name, settings } = optimizer(store);
    const known = store.get("catalogue")?.optimizers?.find((member) => member.name === name);
    const has = !known || known.settings.some((one) => one.name === "learning_rate");
    slider.disabled = number.disabled = !has;
    const shown = typeof rate === "number" ? rate : settings.learning_rate;
    if (typeof shown !== "number") return;
    if (!held) slider.value = positionOf(shown);
    slider.setAttribute("aria-valuetext", numbers.short(shown));
    const busy = held || document.activeElement === number || app.isRefused(PLACE);
    if (!busy) number.value = numbers.exact(Number(shown.toPrecision(4)));
  });

  const element = field(t("training.rate"), number, { place: PLACE });
  element.classList.add("rate");
  number.before(slider);
  return element;
}

const begun = (store) => {
  const state = store.get("state");
  return Boolean(state && (state.running || state.epoch > 0 || state.step > 0));
};

async function turned(app, rate) {
  app.clearRefusals(PLACE);
  try {
    await app.ask("rate", { learning_rate: rate });
  } catch (error) {
    if (!error.words && !error.lost) throw error;
    app.refuse(error.lost ? error : Object.assign(error, { place: error.place || PLACE }));
  }
}

function designed(app, rate) {
  return app.change(
    (design) => {
      const { name, settings } = optimizer(app.store);
      return withValue(design, "training.optimizer", { name, ...settings, learning_rate: rate });
    },
    { place: PLACE },
  );
}
