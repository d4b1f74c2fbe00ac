// The columns of a table as they were read: what each is taken for, which one is to be learnt, and
// another reading where that is wrong.

import { at, withValue } from "../../core/designs.js";
import { choice, field, h } from "../../core/elements.js";
import { called } from "../../core/settings.js";

const PLACE = "data.columns";

/**
 * The design with another reading of a column; "" reads it as it is.
 * @param {Object} design @param {string} name a column's name, whatever signs it holds @param {string} kind
 */
export function withColumn(design, name, kind) {
  const columns = { ...(design.data.columns ?? {}) };
  if (kind === "") delete columns[name];
  else columns[name] = kind;
  return withValue(design, PLACE, Object.keys(columns).length ? columns : undefined);
}

/** The design with another column to learn, which is then not left out. */
export function withTarget(design, name) {
  const taken = at(design, PLACE)?.[name] === "ignore" ? withColumn(design, name, "") : design;
  return withValue(taken, "data.target", name);
}

/** @param {Object} app */
export function columns(app) {
  const { t, store } = app;
  const body = h("div", { class: "settings" });
  const details = h("details", { open: true, hidden: true, class: "columns" }, h("summary", null, t("data.columns")), body);

  store.subscribe(["designed"], () => {
    const data = store.get("designed")?.data;
    const found = data?.columns ?? [];
    details.hidden = found.length === 0;
    if (!found.length) return body.replaceChildren();
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.column : null;
    const refused = body.querySelector(".refusal");
    if (refused) return undefined;
    body.replaceChildren(target(app, found, data), table(app, found));
    const again = focused && [...body.querySelectorAll("select")].find((one) => one.dataset.column === focused);
    if (again) again.focus({ preventScroll: true });
    return undefined;
  });
  return details;
}

function target(app, found, data) {
  const { t } = app;
  const place = "data.target";
  const own = at(app.store.get("design"), place);
  const names = found.map((column) => column.name);
  const current = own ?? data.target;
  const options = names.map((name) => ({ value: name, title: name }));
  // A comparison that makes two classes is no column: it stays as it was written.
  if (current && !names.includes(current)) options.unshift({ value: current, title: current });
  const select = choice(options, current ?? "", (name) =>
    app.change((design) => withTarget(design, name), { place }),
  );
  select.dataset.column = "the target";
  return field(t("data.target"), select, { place });
}

function table(app, found) {
  const { t } = app;
  return h(
    "div",
    { class: "columns-scroll", data: { place: PLACE }, tabindex: "0", role: "group", "aria-label": t("data.columns") },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, h("th", { scope: "col" }, t("data.column")), h("th", { scope: "col" }, t("data.column.kind")))),
      h("tbody", null, found.map((column) => row(app, column))),
    ),
  );
}

function row(app, column) {
  const { t, store } = app;
  const chosen = at(store.get("design"), PLACE)?.[column.name] ?? "";
  const choices = store.get("catalogue")?.column_choices ?? [];
  const select = choice(
    [
      // What was found is offered once; where something else was chosen, it is what one goes back to.
      { value: "", title: chosen ? t("data.column.as_found") : called(t, "data.kind", column.kind) },
      ...choices
        .filter((kind) => chosen || kind !== column.kind)
        .map((kind) => ({ value: kind, title: called(t, "data.kind", kind) })),
    ],
    chosen,
    (kind) => app.change((design) => withColumn(design, column.name, kind), { place: `${PLACE}.${column.name}` }),
  );
  select.dataset.column = column.name;
  select.setAttribute("aria-label", t("data.column.kind_of", { name: column.name }));
  const facts = [
    column.role === "target" && t("data.column.target"),
    column.role !== "target" && column.role !== "feature" && t("data.column.out"),
    column.missing > 0 && t.n("data.column.missing", column.missing),
  ].filter(Boolean);
  return h(
    "tr",
    { class: column.role === "feature" || column.role === "target" ? null : "is-out", data: { place: `${PLACE}.${column.name}` } },
    h("th", { scope: "row" }, h("span", { class: "column-name", title: column.name }, column.name), facts.length > 0 && h("span", { class: "hint" }, facts.join(" · "))),
    h("td", null, select),
  );
}
