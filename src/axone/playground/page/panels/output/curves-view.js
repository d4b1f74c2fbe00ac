// The curves in the document: loss or score, a logarithmic scale, kept runs behind, a cursor that
// the pointer and the arrow keys move, and where the time slider stands.

import { describer, fitted } from "../../draw/canvas.js";
import { RUN_DASHES, drawLines, drawSample, linesFrame, valueAt } from "../../draw/lines.js";
import { choice, h, segments } from "../../core/elements.js";
import { called } from "../../core/settings.js";
import { curvesWords } from "./spoken.js";

/** From more measures one is chosen from a list. */
const MOST_SEGMENTS = 2;
const MARGINS = { left: 52, top: 10, right: 10, bottom: 40 };

/**
 * The measures that there are curves of: "loss", "accuracy", …
 * @param {Object<string, number[]>} curves
 * @returns {string[]} loss first
 */
export function measuresOf(curves) {
  const found = Object.keys(curves)
    .map((name) => /^(?:train|validation)_(.+)$/.exec(name)?.[1])
    .filter(Boolean);
  return [...new Set(found)].sort((one, other) => Number(other === "loss") - Number(one === "loss"));
}

/**
 * The curves of a measure: this run's training and validation, then those of kept runs.
 * @param {Object<string, number[]>} curves
 * @param {{run: number, name: string, curves: Object<string, number[]>}[]} runs
 * @param {string} measure
 * @param {import("../../draw/color.js").Colors} look
 * @param {{train: string, validation: string}} names
 * @returns {import("../../draw/lines.js").Curve[]} in drawing order: kept runs lie behind
 */
export function curvesOf(curves, runs, measure, look, names) {
  const kept = runs
    .map((run, i) => ({ run, i, part: run.curves?.[`validation_${measure}`]?.length ? "validation" : "train" }))
    .filter(({ run, part }) => run.curves?.[`${part}_${measure}`]?.length)
    .map(({ run, i, part }) => ({
      name: run.name, x: run.curves.epoch ?? run.curves[`${part}_${measure}`].map((_, at) => at + 1), y: run.curves[`${part}_${measure}`],
      color: look.series[(i + 2) % look.series.length], dash: RUN_DASHES[i % RUN_DASHES.length], width: 1.5,
    }));
  const own = [
    ["train", look.series[0], []],
    ["validation", look.series[1], [6, 3]],
  ].filter(([part]) => curves[`${part}_${measure}`]?.some((value) => Number.isFinite(value)));
  return [
    ...kept,
    ...own.map(([part, color, dash]) => ({ name: names[part], x: curves.epoch ?? [], y: curves[`${part}_${measure}`], color, dash, width: 2 })),
  ];
}

/** @param {Object} app @param {{colors: () => Object}} parts */
export function curvesView(app, { colors }) {
  const { t, store, numbers } = app;
  const canvas = h("canvas", { class: "output-curves", role: "img", tabindex: 0 });
  const frameBox = h("div", { class: "output-frame" }, canvas);
  const legend = h("ul", { class: "output-legend values" });
  const log = h("input", { type: "checkbox", on: { change: () => paint() } });
  const tools = h("div", { class: "output-tools" });
  const element = h("section", { class: "output-curves-part", "aria-label": t("output.curves") }, tools, frameBox, legend);
  const describe = describer(canvas);
  let measure = "loss";
  let wanted = "loss"; // the reader's choice, which a run without curves yet cannot show
  let offered = null;
  let cursor = null;
  let shown = null;

  function offer(measures) {
    const names = measures.length ? measures : ["loss"];
    if (names.join() === offered) return;
    offered = names.join();
    measure = names.includes(wanted) ? wanted : names[0];
    const options = names.map((name) => ({ value: name, title: called(t, "output.measure", name) }));
    const chosen = (name) => {
      measure = wanted = name;
      paint();
    };
    const pick = names.length > MOST_SEGMENTS ? choice(options, measure, chosen) : segments(t("output.measure"), options, measure, chosen, { hidden: true });
    if (names.length > MOST_SEGMENTS) pick.setAttribute("aria-label", t("output.measure"));
    tools.replaceChildren(pick, h("label", { class: "output-check" }, log, h("span", null, t("output.log"))));
  }

  const written = (value) => numbers.measure(measure, value);
  const size = () => ({ width: Math.max(160, frameBox.clientWidth || 320), height: 190 });

  function content(look) {
    const curves = store.get("curves") ?? {};
    const names = { train: t("output.part.training"), validation: t("output.part.validation.curve") };
    const state = store.get("state");
    const lines = curvesOf(curves, store.get("runs") ?? [], measure, look, names);
    return {
      curves: lines, logY: log.checked, xName: t("output.epoch"), format: written, margins: MARGINS,
      cursor, now: state?.looking_back ?? null, empty: t("output.curves.empty"),
    };
  }

  function paint() {
    offer(measuresOf(store.get("curves") ?? {}));
    const look = colors();
    shown = content(look);
    const own = size();
    drawLines(fitted(canvas, own.width, own.height), shown, own, look);
    showLegend(look);
    describe(() => curvesWords(app, shown.curves, store.get("curves")?.epoch?.at(-1) ?? 0, written));
  }

  let entries = [];
  function showLegend(look) {
    const signature = JSON.stringify(shown.curves.map(({ name, color, dash }) => [name, color, dash]));
    if (legend.dataset.for !== signature) {
      legend.dataset.for = signature;
      entries = shown.curves.map((curve) => {
        const sample = h("canvas", { "aria-hidden": "true" });
        drawSample(fitted(sample, 28, 10), curve, { width: 28, height: 10 }, look);
        const value = h("output", { class: "output-value" });
        return { value, item: h("li", null, sample, h("span", null, curve.name), value) };
      });
      legend.replaceChildren(...entries.map(({ item }) => item));
    }
    shown.curves.forEach((curve, i) => {
      const at = cursor ?? shown.now;
      const value = at === null ? curve.y[curve.y.length - 1] : valueAt(curve, at);
      const text = value === null || value === undefined ? "–" : written(value);
      if (entries[i].value.textContent !== text) entries[i].value.textContent = text;
    });
  }

  function point(at, say) {
    cursor = at;
    paint();
    if (!say || at === null) return;
    const list = shown.curves.map((curve) => [curve.name, valueAt(curve, at)]).filter(([, value]) => value !== null);
    app.announce(t("output.words.curves", { epoch: numbers.integer(at), list: list.map(([name, value]) => `${name} ${written(value)}`).join(", ") }));
  }

  canvas.addEventListener("pointermove", (event) => {
    const frame = shown && linesFrame(shown.curves, size(), shown);
    if (!frame) return;
    point(Math.round(Math.max(frame.x.low, Math.min(frame.x.high, frame.x.value(event.offsetX)))), false);
  });
  canvas.addEventListener("pointerleave", () => point(null, false));
  canvas.addEventListener("blur", () => point(null, false));
  canvas.addEventListener("keydown", (event) => {
    const epochs = store.get("curves")?.epoch ?? [];
    if (!epochs.length) return;
    const [first, last] = [epochs[0], epochs[epochs.length - 1]];
    const step = Math.max(1, Math.round((last - first) / 50));
    const moves = { ArrowLeft: (cursor ?? last) - step, ArrowRight: (cursor ?? first) + step, Home: first, End: last };
    const to = event.key === "Escape" ? null : moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    point(to === null ? null : Math.max(first, Math.min(last, to)), true);
  });

  const picture = {
    get width() {
      return size().width;
    },
    get height() {
      return size().height;
    },
    draw: (context, look = colors()) => drawLines(context, { ...content(look), cursor: null }, size(), look),
  };
  return { element, paint, picture };
}
