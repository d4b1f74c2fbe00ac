// The rows of the data: a page of them at a time, in their own words, with what the network says of
// each. A row that is chosen is gone through step by step; one that is pointed at lies in the store.

import { button, choice, field, h } from "../../core/elements.js";
import { latest } from "../../core/latest.js";
import { shownAnswer, shownCell } from "./cells.js";

const PARTS = ["train", "validation", "test"];
const PART_TITLES = {
  train: (t, rows) => t("rows.part.train", { rows }),
  validation: (t, rows) => t("rows.part.validation", { rows }),
  test: (t, rows) => t("rows.part.test", { rows }),
};
const ORDER_TITLES = {
  number: (t) => t("rows.order.number"),
  loss: (t) => t("rows.order.loss"),
  wrong: (t) => t("rows.order.wrong"),
};
const COUNT = 50;
const EVERY = 1500;

/** The orders that make sense of a task. @param {string} task */
export const ordersOf = (task) => (task === "classification" ? ["number", "loss", "wrong"] : ["number", "loss"]);

/**
 * Which row the focus goes to. @param {string} key @param {number} at @param {number} count
 * @returns {number|null} null: the key moves nothing
 */
export function movedTo(key, at, count) {
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1, PageDown: at + 10, PageUp: at - 10 };
  if (!(key in moves) || count === 0) return null;
  return Math.min(Math.max(moves[key], 0), count - 1);
}

/** @param {Object} app */
export function panel(app) {
  const { store, t } = app;
  const region = document.getElementById("panel-rows");
  const wanted = { part: "train", order: "number", filter: "all", offset: 0 };
  const bar = h("div", { class: "rows-bar" });
  const body = h("div", { class: "rows-body" });
  const foot = h("div", { class: "rows-foot" });
  region.replaceChildren(h("div", { class: "rows" }, bar, body, foot));
  let asked = 0;

  const load = latest(async () => {
    const design = store.get("designed")?.data;
    if (!design) return;
    if (!(wanted.part in design.rows)) Object.assign(wanted, { part: "train", offset: 0 });
    if (design.task !== "classification") {
      wanted.filter = "all";
      if (wanted.order === "wrong") wanted.order = "number";
    }
    asked = performance.now();
    try {
      show(await app.ask("rows", { ...wanted, count: COUNT }));
    } catch (error) {
      app.refuse(error);
    }
  });

  function turn(changes) {
    Object.assign(wanted, { offset: 0 }, changes);
    load();
  }

  function showBar(design) {
    const parts = PARTS.filter((name) => name in design.rows);
    const counted = (name) => PART_TITLES[name](t, app.numbers.integer(design.rows[name]));
    const part = choice(
      parts.map((value) => ({ value, title: counted(value) })),
      wanted.part,
      (value) => turn({ part: value }),
    );
    const order = choice(
      ordersOf(design.task).map((value) => ({ value, title: ORDER_TITLES[value](t) })),
      wanted.order,
      (value) => turn({ order: value }),
    );
    const only = h("input", {
      type: "checkbox", checked: wanted.filter === "wrong",
      on: { change: () => turn({ filter: only.checked ? "wrong" : "all" }) },
    });
    bar.replaceChildren(
      field(t("rows.part"), part),
      field(t("rows.order"), order),
      ...(design.task === "classification" ? [field(t("rows.only_wrong"), only, { inline: true })] : []),
    );
  }

  function show(found) {
    const focused = document.activeElement?.closest?.("tr[data-place]")?.dataset.place;
    const scrolled = body.querySelector(".rows-scroll")?.scrollTop ?? 0;
    body.replaceChildren(found.rows.length ? table(found) : h("p", { class: "hint" }, t("rows.none")));
    const scroll = body.querySelector(".rows-scroll");
    if (scroll) scroll.scrollTop = scrolled;
    if (focused !== undefined) body.querySelector(`tr[data-place="${focused}"]`)?.focus({ preventScroll: true });
    showFoot(found);
    mark();
  }

  function table(found) {
    const name = store.get("designed").data.name;
    const numbers = app.numbers;
    const judged = found.task === "classification";
    const withError = found.rows.some((row) => row.error !== undefined);
    const headings = [
      ...found.columns.map((column) => ({ text: column.name || t("rows.example"), kind: column.kind })),
      { text: t("rows.target"), kind: judged ? "text" : "number" },
      { text: t("rows.predicted"), kind: judged ? "text" : "number" },
      ...(judged ? [{ text: t("rows.share"), kind: "number" }] : []),
      ...(withError ? [{ text: t("rows.error"), kind: "number" }] : []),
      { text: t("rows.loss"), kind: "number" },
    ];
    const cell = (content, kind) => h("td", { class: kind === "number" ? "figure" : null }, content);
    const rows = found.rows.map((row, at) =>
      h(
        "tr",
        {
          tabindex: at === 0 ? 0 : -1, data: { place: row.place },
          class: row.wrong ? "rows-wrong" : null,
          on: {
            click: () => choose(found.part, row),
            keydown: (event) => onKey(event, found, at),
            focus: () => point(found.part, row),
            mouseenter: () => point(found.part, row),
            mouseleave: () => point(null),
          },
        },
        h(
          "th",
          { scope: "row", class: "figure" },
          h("span", { class: "unseen" }, t("rows.open", { number: row.number })),
          h("span", { "aria-hidden": "true" }, numbers.integer(row.number)),
        ),
        found.columns.map((column, place) => cell(shownCell(row.cells[place], app), column.kind)),
        cell(shownAnswer(row.target, app), judged ? "text" : "number"),
        cell(
          [shownAnswer(row.predicted, app), row.wrong ? h("span", { class: "rows-flag" }, t("rows.is_wrong")) : null],
          judged ? "text" : "number",
        ),
        judged ? cell(row.share === null ? "–" : numbers.share(row.share), "number") : null,
        withError ? cell(row.error == null ? "–" : numbers.short(row.error, 4), "number") : null,
        cell(row.loss === null ? numbers.short(NaN) : numbers.short(row.loss, 3), "number"),
      ),
    );
    return h(
      "div",
      { class: "rows-scroll", tabindex: -1 },
      h(
        "table",
        { class: "rows-table" },
        h("caption", { class: "unseen" }, t("rows.caption", { name, part: found.part })),
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            [{ text: t("rows.number"), kind: "number" }, ...headings].map(({ text, kind }) =>
              h("th", { scope: "col", class: kind === "number" ? "figure" : null }, text),
            ),
          ),
        ),
        h("tbody", null, rows),
      ),
    );
  }

  function onKey(event, found, at) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(found.part, found.rows[at]);
      return;
    }
    const to = movedTo(event.key, at, found.rows.length);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    const rows = [...body.querySelectorAll("tbody tr")];
    rows.forEach((row, place) => (row.tabIndex = place === to ? 0 : -1));
    rows[to].focus();
    rows[to].scrollIntoView({ block: "nearest" });
  }

  function choose(part, row) {
    store.set({ row: { part, number: row.number, place: row.place }, tab: "stepping" });
  }

  function point(part, row) {
    store.set({ hovered: part ? { part, number: row.number, place: row.place } : null });
  }

  function mark() {
    const chosen = store.get("row");
    for (const row of body.querySelectorAll("tbody tr")) {
      const own = chosen && chosen.part === wanted.part && String(chosen.place) === row.dataset.place;
      row.setAttribute("aria-selected", String(Boolean(own)));
    }
  }

  function showFoot(found) {
    const numbers = app.numbers;
    const last = found.offset + found.rows.length;
    const back = button(t("rows.previous"), () => turn({ offset: Math.max(0, found.offset - COUNT) }), {
      disabled: found.offset === 0,
    });
    const on = button(t("rows.next"), () => turn({ offset: found.offset + COUNT }), {
      disabled: last >= found.total,
    });
    const of = {
      first: numbers.integer(found.rows.length ? found.offset + 1 : 0),
      last: numbers.integer(last),
      total: numbers.integer(found.total),
    };
    const sample = found.sampled && {
      count: numbers.integer(found.sampled), rows: numbers.integer(found.parts[found.part]),
    };
    foot.replaceChildren(
      h("div", { class: "rows-pages" }, back, on, h("span", { role: "status" }, t("rows.place", of))),
      h(
        "div",
        { class: "rows-notes" },
        sample ? h("p", { class: "hint" }, t("rows.sampled", sample)) : null,
        found.columns_left_out ? h("p", { class: "hint" }, t.n("rows.left_out", found.columns_left_out)) : null,
        h("p", { class: "hint" }, t("rows.hint")),
      ),
    );
  }

  const inView = () => store.get("tab") === "rows";
  let stale = true;
  store.subscribe(["designed"], () => {
    const data = store.get("designed").data;
    wanted.offset = 0;
    if (!(wanted.part in data.rows)) wanted.part = "train";
    if (!ordersOf(data.task).includes(wanted.order)) wanted.order = "number";
    if (data.task !== "classification") wanted.filter = "all";
    showBar(data);
    stale = true;
    refresh();
  });
  store.subscribe(["tab"], () => refresh());
  store.subscribe(["row"], mark);
  // While it learns the answers change: they are asked for again now and then, and at a halt at once.
  let shown = "";
  store.subscribe(["state"], () => {
    const { epoch, step, looking_back: back, running } = store.get("state");
    const now = `${epoch} ${step} ${back}`;
    if (now === shown) return;
    if (running && performance.now() - asked < EVERY) return;
    shown = now;
    stale = true;
    refresh();
  });

  function refresh() {
    if (!stale || !inView() || !store.get("designed")) return;
    stale = false;
    load();
  }
}
