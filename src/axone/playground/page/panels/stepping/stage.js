// The step in hand: its equation, the arrays that it is made of and what becomes of them, the line
// for the number that is chosen, before and after of what is moved, and the source that did it.

import { h } from "../../core/elements.js";
import { shownCell } from "../rows/cells.js";
import { cellName, indexOf, operandsOf, placeOf } from "./steps.js";
import { arrayTable, indexIn } from "./tables.js";
import { line, partakers, written } from "./working.js";

export const KIND_TITLES = {
  input: (t) => t("stepping.kind.input"),
  forward: (t) => t("stepping.kind.forward"),
  loss: (t) => t("stepping.kind.loss"),
  backward: (t) => t("stepping.kind.backward"),
  update: (t) => t("stepping.kind.update"),
};

/**
 * @param {Object} app
 * @param {{trace: Object, items: Object[], at: number, chosen: number, working: any[]|null,
 *   neuron: Object|null}} shown `working`: of the chosen number where it has been asked for; null where
 *   it is in the trace; `neuron`: the one that is told beside it
 * @param {(place: number) => void} choose
 */
export function stage(app, { trace, items, at, chosen, working, neuron }, choose) {
  const { t, numbers } = app;
  const item = items[at];
  const index = indexIn(chosen, item.block);
  const own = working ?? item.cells.find((cell) => same(cell.index, index))?.working ?? [];
  const format = (value) => numbers.short(value, 4);
  const pieces = written(own, format, (terms, total) => t("stepping.more", { terms, total }));
  const name = cellName(item.symbol, index, item.block.shape);
  const value = format(Number(item.block.numbers[chosen]));
  const operands = operandsOf(items, at, trace.parameters ?? {});
  const given = item.kind === "input" ? asItWas(app, trace) : null;
  const window = isOf(neuron, item, index) ? neuron.window : null;
  const kind = KIND_TITLES[item.kind](t);
  return h(
    "div",
    { class: "stepping-stage" },
    h("p", { class: "stepping-where" }, [...new Set([kind, ...item.titles])].join(" · ")),
    item.skipped ? h("p", { class: "hint" }, t.n("stepping.skipped", item.skipped)) : null,
    h("p", { class: "stepping-equation large" }, item.equation || item.symbol),
    h(
      "div",
      { class: "stepping-flow" },
      operands.length
        ? h(
            "div",
            { class: "stepping-operands", role: "group", "aria-label": t("stepping.of") },
            operands.map((operand) =>
              arrayTable(app, operand, { marked: marksOf(operand.block, item.block, chosen, pieces, operand.symbol === "x" ? window : null) }),
            ),
          )
        : null,
      given,
      h(
        "div",
        { class: "stepping-result", role: "group", "aria-label": t("stepping.result") },
        operands.length || given ? h("span", { class: "stepping-arrow", "aria-hidden": "true" }, "→") : null,
        arrayTable(app, item, { chosen, choose }),
      ),
    ),
    h(
      "p",
      { class: "stepping-working", "aria-live": "polite" },
      `${name} = `,
      pieces.map(({ text, value: own }) =>
        own === undefined ? text : h("span", { class: "stepping-number", data: { value: numbers.exact(own) } }, text),
      ),
      line(pieces) === value ? null : `${pieces.length ? " = " : ""}${value}`,
    ),
    item.before ? moved(app, item, chosen, name) : null,
    source(app, trace, item),
  );
}

/** The cells of a row as the source has them: the network takes them scaled, and texts as numbers. */
function asItWas(app, { columns, given }) {
  const isPlain = given.length === columns.length && columns.length <= 40 && columns.every(({ name }) => name);
  if (!isPlain) return null;
  return h(
    "figure",
    { class: "stepping-figure stepping-operands" },
    h(
      "div",
      { class: "stepping-scroll" },
      h(
        "table",
        { class: "stepping-array stepping-given" },
        h("caption", null, app.t("stepping.as_it_was")),
        h(
          "tbody",
          null,
          columns.map(({ name }, at) =>
            h("tr", null, h("th", { scope: "row" }, name), h("td", null, shownCell(given[at], app))),
          ),
        ),
      ),
    ),
  );
}

/**
 * Which numbers of an operand took part: of an array like the result the one that lies where it does,
 * of others those that the line names. Where too many are equal to tell them apart, none.
 * @param {Object} operand @param {Object} result blocks @param {number} chosen
 * @param {{value?: number}[]} pieces @param {number[][]|null} window the places that a channel looks at
 */
export function marksOf(operand, result, chosen, pieces, window = null) {
  if (window) {
    const places = window.map((place) => placeOf([0, ...place], operand.shape)).filter((place) => place >= 0);
    if (places.length) return new Set(places);
  }
  const found = partakers(operand.numbers, pieces);
  const alike = result.numbers.length > 1 && operand.shape.join() === result.shape.join();
  if (alike && found.includes(chosen)) return new Set([chosen]);
  const named = pieces.filter(({ value }) => value !== undefined).length;
  return new Set(found.length > 2 * named ? [] : found);
}

/** Whether the neuron that is told is the number that is chosen. */
const isOf = (neuron, item, index) =>
  Boolean(neuron?.window) && item.kind === "forward" && item.symbol === "z" && item.layer === neuron.layer &&
  same(index, [0, neuron.unit, ...neuron.position]);

const same = (a, b) => a.length === b.length && a.every((each, place) => each === b[place]);

function moved(app, item, chosen, name) {
  const { t, numbers } = app;
  const [before, after] = [Number(item.before.numbers[chosen]), Number(item.block.numbers[chosen])];
  const short = (value) => numbers.short(value, 4);
  const change = after - before;
  const sign = change > 0 ? "+" : "";
  return h(
    "dl",
    { class: "stepping-moved" },
    h("div", null, h("dt", null, `${name} ${t("stepping.before")}`), h("dd", null, short(before))),
    h(
      "div",
      null,
      h("dt", null, t("stepping.after")),
      h("dd", { class: "stepping-move-to", data: { from: change > 0 ? -14 : 14 } }, short(after)),
    ),
    h("div", null, h("dt", null, t("stepping.change")), h("dd", null, `${sign}${short(change)}`)),
  );
}

function source({ t }, trace, item) {
  const lines = item.source.map((number) => trace.sources[number]).filter(Boolean);
  if (!lines.length) return null;
  return h(
    "figure",
    { class: "stepping-source" },
    h("figcaption", null, t("stepping.source")),
    h(
      "ol",
      null,
      lines.map(({ file, line: number, text, title }) =>
        h(
          "li",
          null,
          h("span", { class: "stepping-file" }, t("stepping.place_in_file", { file, line: String(number), title })),
          h("pre", null, h("code", null, text)),
        ),
      ),
    ),
  );
}

/** Whether the chosen number's line is to be asked for: layers know all of theirs. */
export function isToBeAsked(item, place) {
  const index = indexOf(place, item.block.shape);
  const known = item.cells.some((cell) => same(cell.index, index));
  // Of what went position by position, or within a block, one layer has several of a name.
  const isOfALayer = item.kind === "forward" || item.kind === "backward";
  return !known && isOfALayer && item.cells.length > 0 && item.titles.length === 1 && item.symbol !== "ŷ";
}
