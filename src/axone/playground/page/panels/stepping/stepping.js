// The step mode: an example goes through the network and back, one array after the other, and every
// number says how it came about. It follows the row and the neuron that are chosen anywhere on the page.

import { button, h } from "../../core/elements.js";
import { latest } from "../../core/latest.js";
import { shownAnswer } from "../rows/cells.js";
import { chooser } from "./choose.js";
import { flyIn, slide } from "./moving.js";
import { neuronView } from "./neuron.js";
import { KIND_TITLES, isToBeAsked, stage } from "./stage.js";
import { indexOf, itemsOf, partsOf, placeOf, sumOf } from "./steps.js";

const FIRST_ROW = { part: "train", place: 0 };
const OF_A_STEP = { ArrowRight: 1, ArrowLeft: -1 };

/** Whether these are one step of two traces. */
const isSame = (a, b) =>
  ["kind", "layer", "symbol", "name"].every((key) => a[key] === b[key]) && a.titles.join() === b.titles.join();

/** @param {Object} app */
export function panel(app) {
  const { store, t } = app;
  const region = document.getElementById("panel-stepping");
  const parts = Object.fromEntries(
    ["choose", "head", "rail", "stage", "neuron"].map((name) => [name, h("div", { class: `stepping-${name}-place` })]),
  );
  region.replaceChildren(
    h("div", { class: "stepping" }, parts.choose, parts.head, parts.rail, parts.neuron, parts.stage),
  );
  const shown = { asked: null, trace: null, items: [], at: 0, chosen: 0, working: null, neuron: null, options: { training: false, jacobian: false } };
  let weights = "";

  const load = latest(async (keep) => {
    if (!shown.asked) return;
    const asked = shown.asked;
    try {
      const trace = await app.ask("stepping", { ...asked, ...shown.options });
      const before = shown.items[shown.at];
      Object.assign(shown, { trace, items: itemsOf(trace) });
      weights = stamp();
      const same = keep && before ? shown.items.findIndex((item) => isSame(item, before)) : -1;
      goTo(same >= 0 ? same : 0, { still: keep });
      drawAll();
      follow();
    } catch (error) {
      app.refuse(error);
    }
  });

  function show(asked) {
    shown.asked = asked;
    load(shown.trace !== null);
  }

  function redo(options) {
    shown.options = options;
    load(true);
  }

  function goTo(at, { still = false, place = null } = {}) {
    shown.at = Math.min(Math.max(at, 0), shown.items.length - 1);
    shown.working = null;
    const item = shown.items[shown.at];
    shown.chosen = Math.min(Math.max(place ?? 0, 0), item.block.numbers.length - 1);
    drawStage();
    drawRail();
    if (!still && !region.hidden) {
      const title = item.titles.at(-1) ?? "";
      app.announce(t("stepping.said", { kind: KIND_TITLES[item.kind](t), title, equation: item.equation }));
    }
    ask();
    move();
  }

  function choose(place, { still = false } = {}) {
    shown.chosen = place;
    shown.working = null;
    drawStage();
    if (!still) parts.stage.querySelector(`.stepping-result td[data-place="${place}"]`)?.focus({ preventScroll: true });
    ask();
    move();
  }

  /** The line of a number that the trace does not hold. */
  const asking = latest(async ({ item, place }) => {
    const fields = { layer: item.layer, kind: item.kind, symbol: item.symbol, index: indexOf(place, item.block.shape) };
    try {
      const { working } = await app.ask("stepping_cell", { ...shown.asked, ...fields });
      if (shown.items[shown.at] !== item || shown.chosen !== place) return;
      shown.working = working;
      const focused = parts.stage.contains(document.activeElement);
      drawStage();
      if (focused) parts.stage.querySelector(`.stepping-result td[data-place="${place}"]`)?.focus({ preventScroll: true });
      move();
    } catch (error) {
      if (!error.lost) app.announce(String(error.words ?? ""));
    }
  });

  function ask() {
    const item = shown.items[shown.at];
    if (!shown.options.training && isToBeAsked(item, shown.chosen)) asking({ item, place: shown.chosen });
  }

  function move() {
    if (region.hidden) return;
    flyIn(parts.stage);
    slide(parts.stage);
  }

  function drawAll() {
    parts.choose.replaceChildren(chooser(app, shown, show, redo));
    drawHead();
  }

  function drawHead() {
    const { trace } = shown;
    if (!trace) return;
    const { numbers } = app;
    const share = trace.shares?.find(({ name }) => name === trace.predicted)?.share;
    const answer = shownAnswer(trace.predicted, app);
    const predicted = share == null ? answer : `${answer} (${numbers.share(share)})`;
    const item = (label, value, name) => h("div", { class: name ?? null }, h("dt", null, label), h("dd", null, value));
    const short = (value) => numbers.short(Number(value), 4);
    const moved = trace.loss_after !== null;
    parts.head.replaceChildren(
      h(
        "div",
        { class: "stepping-head" },
        h(
          "h3",
          null,
          `${trace.title} `,
          h("span", { class: "hint" }, t("stepping.epoch", { epoch: numbers.integer(trace.epoch) })),
        ),
        h(
          "dl",
          { class: "stepping-facts" },
          trace.target === null ? null : item(t("stepping.wanted"), shownAnswer(trace.target, app)),
          trace.predicted === null ? null : item(t("stepping.predicted"), predicted, trace.wrong ? "stepping-is-wrong" : null),
          trace.loss === null
            ? null
            : item(
                moved ? t("stepping.loss.moved") : t("stepping.loss"),
                moved ? t("stepping.arrow", { before: short(trace.loss), after: short(trace.loss_after) }) : short(trace.loss),
              ),
        ),
        isStale() ? h("p", { class: "stepping-stale" }, t("stepping.stale"), " ", button(t("stepping.again"), () => load(true))) : null,
        trace.notes.map((note) => h("p", { class: "hint" }, note)),
      ),
    );
  }

  function drawRail() {
    const active = document.activeElement;
    const { step: focused, turn: turned } = parts.rail.contains(active) ? active.dataset : {};
    const current = shown.items[shown.at];
    const groups = partsOf(shown.items).map(({ kind, groups: own }) =>
      h(
        "li",
        { class: `stepping-part ${current.kind === kind ? "current" : ""}` },
        h("span", { class: "stepping-kind" }, KIND_TITLES[kind](t)),
        h(
          "ol",
          null,
          own.map((group) =>
            h(
              "li",
              null,
              group.title ? h("span", { class: "stepping-group" }, group.title) : null,
              h(
                "span",
                { class: "stepping-symbols" },
                group.items.map((at) =>
                  h(
                    "button",
                    {
                      type: "button", data: { step: at }, "aria-current": at === shown.at ? "step" : null,
                      title: shown.items[at].equation || null, tabindex: at === shown.at ? 0 : -1,
                      on: { click: () => goTo(at) },
                    },
                    shown.items[at].symbol || "·",
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
    );
    parts.rail.replaceChildren(
      h(
        "div",
        { class: "stepping-turns" },
        button(t("stepping.previous"), () => goTo(shown.at - 1), {
          disabled: shown.at === 0, shortcut: "ArrowLeft", "data-turn": "previous",
        }),
        button(t("stepping.next"), () => goTo(shown.at + 1), {
          class: "primary", disabled: shown.at >= shown.items.length - 1, shortcut: "ArrowRight", "data-turn": "next",
        }),
        h("span", { class: "stepping-count" }, t("stepping.place", { at: shown.at + 1, count: shown.items.length })),
      ),
      h("ol", { class: "stepping-rail", "aria-label": t("stepping.all") }, groups),
    );
    const rail = parts.rail.querySelector(".stepping-rail");
    const own = rail.querySelector('[aria-current="step"]');
    if (focused !== undefined) own?.focus({ preventScroll: true });
    const turn = turned && parts.rail.querySelector(`[data-turn="${turned}"]`);
    // At an end the button is disabled: the focus goes to the step itself.
    if (turn) (turn.disabled ? own : turn)?.focus({ preventScroll: true });
    if (own) rail.scrollLeft += own.getBoundingClientRect().left - rail.getBoundingClientRect().left - rail.clientWidth / 2;
  }

  function onKey(event) {
    const ends = { Home: 0, End: shown.items.length - 1 };
    const to = ends[event.key] ?? shown.at + OF_A_STEP[event.key];
    if (Number.isNaN(to)) return;
    event.preventDefault();
    event.stopPropagation();
    goTo(to);
  }

  function drawStage() {
    parts.stage.replaceChildren(stage(app, shown, choose));
  }

  /** A neuron that is chosen anywhere: its sum, and what each input adds to it. */
  const neuron = latest(async ({ layer, unit, position }) => {
    try {
      const found = await app.ask("stepping_neuron", { ...shown.asked, layer, unit, position });
      shown.neuron = found;
      const focused = document.activeElement?.type === "range" && parts.neuron.contains(document.activeElement);
      parts.neuron.replaceChildren(
        neuronView(app, found, shown.items[sumOf(shown.items, layer)]?.titles[0] ?? String(layer), {
          close: () => store.set({ selected: null }),
          move: (to) => neuron({ layer, unit, position: to }),
        }),
      );
      if (focused) parts.neuron.querySelector("input")?.focus();
      const at = sumOf(shown.items, layer);
      if (at < 0) return;
      const { block } = shown.items[at];
      const index = block.shape.length > 2 ? [0, unit, ...found.position] : [0, unit];
      const place = Math.max(placeOf(index.slice(0, block.shape.length), block.shape), 0);
      // The slider of the position takes the step along, but moves to no other.
      if (position === undefined) goTo(at, { place });
      else if (shown.at === at) choose(place, { still: true });
    } catch (error) {
      forget();
      if (!error.lost) app.announce(String(error.words ?? ""));
    }
  });

  function forget() {
    shown.neuron = null;
    parts.neuron.replaceChildren();
  }

  function follow() {
    const selected = store.get("selected");
    if (!selected || typeof selected.layer !== "number" || !Number.isInteger(selected.unit)) {
      forget();
      return;
    }
    if (shown.trace && !region.hidden) neuron({ layer: selected.layer, unit: selected.unit });
  }

  const stamp = () => {
    const state = store.get("state") ?? {};
    return `${state.epoch} ${state.step} ${state.looking_back}`;
  };
  const isStale = () => shown.trace !== null && weights !== stamp();

  function empty() {
    parts.choose.replaceChildren(
      h(
        "div",
        { class: "stepping-empty" },
        h("p", null, t("stepping.empty")),
        button(t("stepping.first"), () => show({ row: FIRST_ROW }), { class: "primary" }),
      ),
    );
    for (const name of ["head", "rail", "stage", "neuron"]) parts[name].replaceChildren();
  }

  parts.rail.addEventListener("keydown", onKey);
  empty();
  store.subscribe(["designed"], () => {
    Object.assign(shown, { asked: null, trace: null, items: [] });
    empty();
  });
  store.subscribe(["row"], () => {
    const row = store.get("row");
    if (row) show({ row });
  });
  store.subscribe(["selected"], follow);
  store.subscribe(["tab"], () => {
    if (store.get("tab") !== "stepping") return;
    if (!shown.asked) {
      if (store.get("selected")) show({ row: FIRST_ROW });
    } else if (isStale() && !store.get("state").running) load(true);
    else follow();
  });
  // At a halt the numbers are those of the weights that are shown; while it learns they stay.
  let timer = 0;
  store.subscribe(["state"], () => {
    if (!shown.trace || !isStale()) return;
    clearTimeout(timer);
    if (store.get("state").running || store.get("tab") !== "stepping") drawHead();
    else timer = setTimeout(() => load(true), 150);
  });
}
