// What becomes of the rows before anything is learnt from them: which part each belongs to, and how
// their numbers are scaled.

import { at, withValue } from "../../core/designs.js";
import { h } from "../../core/elements.js";
import { memberForm, settingField } from "../../core/settings.js";
import { sliderField } from "./slider.js";

const MOST_SHARE = { low: 0, high: 0.5 };
const PARTS = ["train", "validation", "test"];

/** @param {Object} app */
export function preparation(app) {
  const { t, store } = app;
  const bar = partsBar(app);
  const shares = ["validation", "test"].map((name) => share(app, name));
  const scaling = h("div", { class: "settings" });
  const reading = h("div", { class: "settings" });
  const readingDetails = h("details", { hidden: true }, h("summary", null, t("data.reading")), reading);
  const notes = h("ul", { class: "notes" });

  store.subscribe(["designed"], () => {
    const designed = store.get("designed");
    bar.show(designed.data.rows);
    for (const one of shares) one.show(designed);
    scaling.replaceChildren(...scalings(app, designed));
    readingDetails.hidden = !designed.data.columns?.length;
    if (!reading.querySelector(".refusal")) reading.replaceChildren(...howRead(app, designed));
    notes.replaceChildren(...(designed.notes ?? []).map((note) => h("li", null, note)));
    notes.hidden = !designed.notes?.length;
  });

  return h(
    "div",
    { class: "preparation" },
    h("details", { open: true }, h("summary", null, t("data.parts")), h("div", { class: "settings" }, bar.element, shares.map((one) => one.element))),
    h("details", null, h("summary", null, t("data.scaling")), scaling),
    readingDetails,
    notes,
  );
}

/** How many rows each part has, as lengths and in figures. */
function partsBar({ t, numbers }) {
  const lengths = PARTS.map((part) => h("span", { class: `part part-${part}` }));
  const titles = { train: (count) => t.n("data.part.train", count), validation: (count) => t.n("data.part.validation", count), test: (count) => t.n("data.part.test", count) };
  const figures = h("ul", { class: "parts-figures" });
  return {
    element: h("div", null, h("div", { class: "parts-bar", "aria-hidden": "true" }, lengths), figures),
    show(rows) {
      const total = PARTS.reduce((sum, part) => sum + (rows[part] ?? 0), 0);
      PARTS.forEach((part, index) => lengths[index].style.setProperty("--share", (rows[part] ?? 0) / (total || 1)));
      figures.replaceChildren(
        ...PARTS.filter((part) => rows[part]).map((part) =>
          h("li", { class: `part-${part}` }, titles[part](rows[part])),
        ),
      );
    },
  };

}

function share(app, name) {
  const { store } = app;
  const place = `data.${name}`;
  const titles = { validation: app.t("data.validation"), test: app.t("data.test") };
  const setting = { name, kind: "float", least: 0, most: 0.999, default: 0 };
  const change = (value) => app.change((design) => withValue(design, place, value), { place });
  const slider = sliderField(app, { label: titles[name], place, value: 0, setting, range: MOST_SHARE, change });
  return {
    element: slider.element,
    show(designed) {
      const rows = designed.data.rows;
      const total = PARTS.reduce((sum, part) => sum + (rows[part] ?? 0), 0);
      const real = total ? Number(((rows[name] ?? 0) / total).toFixed(3)) : 0;
      slider.show(at(store.get("design"), place) ?? at(designed.experiment, place) ?? real);
    },
  };
}

function scalings(app, designed) {
  const names = designed.data.task === "regression" ? ["scaling", "target_scaling"] : ["scaling"];
  const labels = { scaling: app.t("data.scaling.features"), target_scaling: app.t("data.scaling.target") };
  return names.map((name) => {
    const place = `data.${name}`;
    return memberForm(app, {
      family: "scalings", label: labels[name], place,
      value: at(designed.design, place) ?? at(designed.experiment, place) ?? "standard",
      change: (value) => app.change((design) => withValue(design, place, value), { place }),
    });
  });
}

/** What was assumed of a table's file, and can be said otherwise. */
function howRead(app, designed) {
  const settings = [
    { name: "task", kind: "choice", choices: ["auto", "classification", "regression"], default: "auto", title: app.t("data.task") },
    { name: "missing", kind: "text", default: "", title: app.t("data.missing"), hint: app.t("data.missing.hint") },
    { name: "sheet", kind: "text", default: null, optional: true, title: app.t("data.sheet") },
  ];
  return settings.map((setting) => {
    const place = `data.${setting.name}`;
    const own = at(designed.design, place);
    const isList = setting.name === "missing";
    const value = isList ? (own ?? []).join(" ") : own;
    const change = (given) => {
      const settled = isList ? (given ?? "").split(/\s+/).filter(Boolean) : given ?? undefined;
      return app.change((design) => withValue(design, place, settled), { place });
    };
    return settingField(app, setting, value, { place, change, family: "data.task" });
  });
}
