// The bar that drives the run: play and pause, a step, an epoch, back to the start, undo, the way
// through past epochs, the learning rate and the pace.

import { button, choice, field, freshId, h, svg } from "../../core/elements.js";
import { latest } from "../../core/latest.js";
import { rateControl } from "./rate.js";
import { standing, stateWords } from "./standing.js";

const PACES = [1, 2, 5, 10, 30, 100, 300];

const ICONS = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  reset: "M3.5 3v10M12.5 3.5v9l-6-4.5z",
  undo: "M6 3 2.5 6.5 6 10M3 6.5h6a4 4 0 0 1 0 8H7",
  redo: "M10 3l3.5 3.5L10 10M13 6.5H7a4 4 0 0 0 0 8h2",
};
const DRAWN_AS_LINES = new Set(["undo", "redo", "reset"]);

function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", class: DRAWN_AS_LINES.has(name) ? "icon line" : "icon", "aria-hidden": "true" },
    svg("path", { d: ICONS[name] }),
  );
}

/**
 * The epochs one can go to, the last of them now.
 * @param {{past?: number[], epoch: number}} state @returns {number[]}
 */
export function positions({ past = [], epoch }) {
  return [...past.filter((kept) => kept < epoch), epoch];
}

/** Which of the positions is shown. @param {Object} state @param {number[]} epochs */
export function positionShown(state, epochs) {
  if (state.looking_back === null || state.looking_back === undefined) return epochs.length - 1;
  const after = epochs.findIndex((epoch) => epoch >= state.looking_back);
  return after < 0 ? epochs.length - 1 : after;
}

/** @param {Object} app */
export function panel(app) {
  const { t, store, keys } = app;
  const state = () => store.get("state");
  const act = (name, fields) => app.request(name, fields);
  const toggle = () => act(state()?.running ? "pause" : "play");

  const play = button("", toggle, { class: "primary play", shortcut: "Space" });
  const step = button(t("training.step"), () => act("step"), { shortcut: "s" });
  const epoch = button(t("training.epoch"), () => act("epoch"), { shortcut: "e" });
  const reset = button(h("span", null, t("training.reset")), () => act("reset"), { class: "reset", shortcut: "r" });
  reset.prepend(icon("reset"));
  const undo = button(icon("undo"), () => act("undo"), { class: "plain square", label: t("training.undo"), shortcut: "Control+Z" });
  const redo = button(icon("redo"), () => act("redo"), { class: "plain square", label: t("training.redo"), shortcut: "Control+Shift+Z" });
  const time = timeline(app);
  const details = h("div", { class: "transport-more", id: freshId("more") }, rateControl(app), pace(app));
  const more = button("⋯", () => openMore(!details.classList.contains("is-open")), {
    class: "plain square transport-toggle", label: t("training.more"), "aria-expanded": "false", "aria-controls": details.id,
  });

  function openMore(open) {
    details.classList.toggle("is-open", open);
    more.setAttribute("aria-expanded", String(open));
  }

  document.getElementById("panel-transport").replaceChildren(
    h("div", { class: "transport-row" },
      h("div", { class: "transport-buttons" }, play, step, epoch, more),
      h("div", { class: "transport-buttons back" }, reset, undo, redo),
      time.element, details, standing(app)),
  );

  keys.add(" ", "training.key.play", toggle);
  keys.add("s", "training.key.step", () => act("step"));
  keys.add("e", "training.key.epoch", () => act("epoch"));
  keys.add("r", "training.key.reset", () => act("reset"));
  keys.add("mod+z", "training.key.undo", () => state()?.can_undo && act("undo"));
  keys.add(["mod+shift+z", "mod+y"], "training.key.redo", () => state()?.can_redo && act("redo"));
  keys.add("ArrowLeft", "training.key.back", () => time.move(-1));
  keys.add("ArrowRight", "training.key.forward", () => time.move(1));

  let running = null;
  let saidEnd = null;
  store.subscribe(["state"], () => {
    const now = state();
    if (!now) return;
    if (now.running !== running) {
      play.replaceChildren(icon(now.running ? "pause" : "play"), h("span", null, now.running ? t("training.pause") : t("training.play")));
      if (running && !now.ended) app.announce(stateWords(app, now));
      running = now.running;
    }
    undo.disabled = !now.can_undo;
    redo.disabled = !now.can_redo;
    reset.disabled = now.epoch === 0 && now.step === 0;
    if (now.ended !== saidEnd) {
      saidEnd = now.ended;
      if (now.ended) app.announce(stateWords(app, now));
    }
  });
}

/** The slider through past epochs, and what it stands on. */
function timeline(app) {
  const { t, store } = app;
  const slider = h("input", { type: "range", min: 0, max: 0, step: 1 });
  const reading = h("output", { class: "reading" });
  const now = button(t("training.now"), () => go(null), { class: "plain now", hidden: true });
  const go = latest((epoch) => app.request("back", { epoch }));
  let epochs = [0];
  let held = false;

  function wanted(index) {
    const inside = Math.max(0, Math.min(epochs.length - 1, index));
    go(inside === epochs.length - 1 ? null : epochs[inside]);
  }

  slider.addEventListener("input", () => {
    held = true;
    wanted(Number(slider.value));
  });
  slider.addEventListener("change", () => (held = false));

  store.subscribe(["state"], () => {
    const state = store.get("state");
    if (!state) return;
    epochs = positions(state);
    const index = positionShown(state, epochs);
    const back = state.looking_back ?? null;
    slider.max = epochs.length - 1;
    if (!held) slider.value = index;
    slider.disabled = epochs.length < 2;
    const words = t("training.epoch_of", {
      epoch: app.numbers.integer(back ?? state.epoch),
      most: app.numbers.integer(back === null ? state.epochs : state.epoch),
    });
    if (reading.textContent !== words) reading.textContent = words;
    slider.setAttribute("aria-valuetext", words);
    now.hidden = back === null;
  });

  const element = field(t("training.time"), slider, {
    beside: h("span", { class: "time-reading" }, reading, now),
  });
  // What it stands on says what it is; the name is for those who hear the page.
  element.querySelector("label").classList.add("unseen");
  element.classList.add("timeline");
  return {
    element,
    move(by) {
      const state = store.get("state");
      if (state) wanted(positionShown(state, epochs) + by);
    },
  };
}

/** How many epochs a second, at most. */
function pace(app) {
  const { t, store, numbers } = app;
  const options = [
    { value: "", title: t("training.pace.free") },
    ...PACES.map((count) => ({ value: String(count), title: t.n("training.pace.slow", count, { count: numbers.integer(count) }) })),
  ];
  const select = choice(options, "", (value) =>
    app.request("pace", { epochs_per_second: value === "" ? null : Number(value) }),
  );
  store.subscribe(["state"], () => {
    const own = store.get("state")?.pace;
    const value = own === null || own === undefined ? "" : String(own);
    if (document.activeElement !== select && [...select.options].some((option) => option.value === value)) select.value = value;
  });
  const element = field(t("training.pace"), select);
  element.classList.add("pace");
  return element;
}
