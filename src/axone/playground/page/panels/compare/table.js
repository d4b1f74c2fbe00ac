// The table of runs. Its rows are built anew where runs or designs change; the numbers of this run
// change in place, so that nobody loses the button they are at.

import { button, h } from "../../core/elements.js";
import { bestOf, differences, outcome, shortPlace, valueText } from "./differences.js";

const COLUMNS = ["train_loss", "validation_loss", "score", "epochs", "parameters", "seconds"];
const HEADINGS = ["compare.epochs", "compare.parameters", "compare.seconds"];
const SCORES = { accuracy: "compare.score.accuracy", r2: "compare.score.r2" };
const JUDGED = new Set(["train_loss", "validation_loss", "score"]);

/**
 * @param {Object} app
 * @param {{hidden: Set<number>, learn: (answer: Object) => void, draw: () => void}} parts
 */
export function createTable(app, { hidden, learn, draw }) {
  const { t, store } = app;
  const body = h("tbody");
  const score = h("th", { scope: "col", title: t("compare.score.hint") });
  const headings = [
    h("th", { scope: "col" }, t("compare.drawn")),
    h("th", { scope: "col" }, t("compare.run")),
    h("th", { scope: "col" }, t("compare.differs")),
    h("th", { scope: "col" }, t("compare.loss.train")),
    h("th", { scope: "col" }, t("compare.loss.validation")),
    score,
    ...HEADINGS.map((key) => h("th", { scope: "col" }, t(key))),
    h("th", { scope: "col" }, h("span", { class: "unseen" }, t("compare.actions"))),
  ];
  const table = h(
    "table",
    { class: "compare-table" },
    h("caption", { class: "unseen" }, t("compare.caption")),
    h("thead", null, h("tr", null, headings)),
    body,
  );
  const none = h("p", { class: "hint" }, t("compare.none"));
  const element = h("div", { class: "compare-runs", tabindex: 0, role: "group", "aria-label": t("compare.caption") }, table, none);
  let shape = "";
  /** @type {Map<string, HTMLElement>[]} */
  let cells = [];

  function all() {
    const { design, designed, curves, state } = Object.fromEntries(
      ["design", "designed", "curves", "state"].map((name) => [name, store.get(name)]),
    );
    const own = {
      run: null, name: t("compare.this"), design: design ?? {}, curves: curves ?? {},
      epochs: state?.epoch ?? 0, seconds: state?.seconds ?? 0, parameters: designed?.parameters_total ?? 0,
    };
    return [own, ...(store.get("kept") ?? [])];
  }

  function show() {
    const runs = all();
    const found = runs.map(outcome);
    const now = JSON.stringify([runs.map(({ run, name, design }) => [run, name, design])]);
    if (now !== shape) {
      shape = now;
      build(runs);
    }
    const measure = found.find((each) => each.measure)?.measure ?? "accuracy";
    write(score, t(SCORES[measure]));
    for (const column of COLUMNS) {
      const best = JUDGED.has(column) ? bestOf(found, column) : new Set();
      cells.forEach((row, index) => fill(row.get(column), column, found[index], best.has(index)));
    }
  }

  function fill(cell, column, found, best) {
    write(cell.firstChild, figure(app, column, found));
    cell.lastChild.hidden = !best;
    cell.classList.toggle("best", best);
  }

  function build(runs) {
    const focus = body.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    const differing = differences(runs.map(({ design }) => design));
    const places = differing.map(({ place }) => place);
    cells = runs.map(() => new Map());
    none.hidden = runs.length > 1;
    body.replaceChildren(
      ...runs.map((run, index) =>
        h(
          "tr",
          { class: run.run === null ? "compare-this" : null },
          h("td", null, run.run === null ? null : drawBox(run)),
          h("th", { scope: "row" }, run.name),
          h("td", null, differs(app, { differing, places, runs: runs.length }, index)),
          COLUMNS.map((column) => {
            const cell = h("td", { class: "compare-number" }, h("span"), h("span", { class: "compare-best", hidden: true }, t("compare.best")));
            cells[index].set(column, cell);
            return cell;
          }),
          h("td", null, run.run === null ? null : actions(run)),
        ),
      ),
    );
    if (focus) body.querySelector(`[data-focus="${CSS.escape(focus)}"]`)?.focus();
  }

  function drawBox({ run, name }) {
    const box = h("input", {
      type: "checkbox", checked: !hidden.has(run), "aria-label": t("compare.draw", { name }), data: { focus: `draw-${run}` },
      on: {
        change: () => {
          if (box.checked) hidden.delete(run);
          else hidden.add(run);
          draw();
        },
      },
    });
    return box;
  }

  function actions({ run, name }) {
    const act = (words, key, go) =>
      button(words, go, { class: "plain", "aria-label": t(key, { name }), "data-focus": `${key}-${run}` });
    return h(
      "div",
      { class: "compare-actions" },
      act(t("compare.return"), "compare.return.to", () => goOn(run, name)),
      act(t("compare.rename"), "compare.rename.of", (event) => rename(run, name, event.currentTarget)),
      act(t("compare.drop"), "compare.drop.of", () => drop(run, name)),
    );
  }

  async function goOn(run, name) {
    if (await app.request("go_back_to", { run })) app.announce(t("compare.returned", { name }));
  }

  async function drop(run, name) {
    const answer = await app.request("drop", { run });
    if (!answer) return;
    hidden.delete(run);
    learn(answer);
    app.announce(t("compare.dropped", { name }));
    element.focus();
  }

  /** Let a name be typed where it stands. */
  function rename(run, name, pressed) {
    const heading = pressed.closest("tr").querySelector("th");
    let done = false;
    const finish = async (wanted) => {
      if (done) return;
      done = true;
      const fresh = input.value.trim();
      heading.replaceChildren(name);
      if (wanted && fresh && fresh !== name) learn(await app.request("rename", { run, name: fresh }));
      body.querySelector(`[data-focus="compare.rename.of-${run}"]`)?.focus();
    };
    const input = h("input", {
      type: "text", value: name, maxlength: 60, "aria-label": t("compare.new_name", { name }),
      on: {
        keydown: (event) => {
          if (event.key === "Enter") finish(true);
          if (event.key === "Escape") finish(false);
        },
        blur: () => finish(true),
      },
    });
    heading.replaceChildren(input);
    input.select();
  }

  return { element, show };
}

function figure({ numbers }, column, found) {
  const value = found[column];
  if (value === null) return "–";
  if (column === "score") return numbers.measure(found.measure, value);
  if (column === "seconds") return numbers.fixed(value, value < 10 ? 2 : 0);
  return JUDGED.has(column) ? numbers.short(value) : numbers.integer(value);
}

function differs({ t, numbers }, { differing, places, runs }, index) {
  if (!differing.length) return runs > 1 ? t("compare.same") : "–";
  return h(
    "dl",
    { class: "compare-differs" },
    differing.map(({ place, values }) =>
      h(
        "div",
        null,
        h("dt", null, shortPlace(place, places)),
        h("dd", null, valueText(values[index], numbers) ?? t("compare.default")),
      ),
    ),
  );
}

/** Change a text only where it is another, so that nothing is read out twice. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
