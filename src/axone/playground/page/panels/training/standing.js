// How the run stands, to be read at a glance: its state in words, and beside it the loss and the
// score at the epoch in view, each with what it is.

import { h } from "../../core/elements.js";
import { valueAt } from "../../draw/lines.js";

const SCORES = ["accuracy", "r2"];
const LOSSES = ["train_loss", "validation_loss"];

/**
 * The state of a run in a sentence.
 * @param {Object} app @param {Object} state as the worker tells it
 */
export function stateWords({ t, numbers }, state) {
  const epoch = numbers.integer(state.epoch);
  if (typeof state.looking_back === "number") {
    return t("training.state.back", { shown: numbers.integer(state.looking_back), epoch });
  }
  if (state.running) return runningWords({ t, numbers }, state);
  const reason = (state.ended ?? "").replace(/\.$/, "");
  if (state.diverged) return t("training.state.diverged", { epoch, reason });
  if (state.ended) return t("training.state.ended", { reason });
  if (state.epoch === 0 && state.step === 0) return t("training.state.ready");
  if (state.batch > 0 && state.steps_of_epoch > 1) return t("training.state.paused_within", within(numbers, state));
  return t("training.state.paused", { epoch });
}

const within = (numbers, { batch, steps_of_epoch: steps, epoch }) => ({
  batch: numbers.integer(batch), steps: numbers.integer(steps), epoch: numbers.integer(epoch + 1),
});

/** Of slow epochs: how far the one in hand has come; of others: how fast they are. */
function runningWords({ t, numbers }, state) {
  const { epochs_per_second: speed, steps_of_epoch: steps, batch } = state;
  if (steps > 1 && batch > 0 && !(speed >= 1)) {
    return t("training.state.within", within(numbers, state));
  }
  if (!speed) return t("training.state.starting");
  return t("training.state.running", { count: numbers.short(speed, speed < 10 ? 2 : 3) });
}

/**
 * The figures to show: the losses there are, and a score, of the validation rows where there are any.
 * @param {Object<string, ArrayLike<number>>} curves
 * @param {number|null} [epoch] looked back at; by default the last
 * @returns {{name: string, measure: string, value: number}[]}
 */
export function figuresOf(curves, epoch = null) {
  const measured = (name) => curves[name]?.length > 0 && !Array.from(curves[name]).every(Number.isNaN);
  const score = SCORES.flatMap((one) => [`validation_${one}`, `train_${one}`]).find(measured);
  return [...LOSSES.filter(measured), ...(score ? [score] : [])].map((name) => ({
    name,
    measure: name.replace(/^(train|validation)_/, ""),
    value: at(curves, name, epoch),
  }));
}

function at(curves, name, epoch) {
  const y = curves[name];
  return epoch === null ? y[y.length - 1] : valueAt({ x: curves.epoch ?? [], y }, epoch) ?? NaN;
}

/** @param {Object} app @returns {HTMLElement} */
export function standing(app) {
  const { t, store, numbers } = app;
  const words = h("p", { class: "standing-words" });
  const list = h("dl", { class: "standing-figures" });
  let built = "";
  let values = new Map();

  function build(figures) {
    built = figures.map(({ name }) => name).join();
    values = new Map(figures.map(({ name }) => [name, h("dd", null)]));
    list.replaceChildren(
      ...figures.map(({ name }) => h("div", { class: name }, h("dt", null, t(`training.figure.${name}`)), values.get(name))),
    );
  }

  function show() {
    const state = store.get("state");
    if (!state) return;
    const text = stateWords(app, state);
    if (words.textContent !== text) words.textContent = text;
    words.classList.toggle("is-bad", state.diverged === true);
    const figures = figuresOf(store.get("curves") ?? {}, state.looking_back ?? null);
    if (figures.map(({ name }) => name).join() !== built) build(figures);
    for (const { name, measure, value } of figures) {
      const shown = numbers.measure(measure, value);
      const cell = values.get(name);
      if (cell.textContent !== shown) cell.textContent = shown;
    }
  }

  store.subscribe(["state", "curves"], show);
  return h("div", { class: "standing" }, words, list);
}
