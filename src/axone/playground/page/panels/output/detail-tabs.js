// Below the curves, as tabs: what is confused or how far predictions are off, and how strongly the
// loss pulls at each layer. Only what is open is asked of the worker.

import { describer, fitted } from "../../draw/canvas.js";
import { drawConfusion, drawFlow, drawResiduals } from "../../draw/tables.js";
import { freshId, h, tabs } from "../../core/elements.js";
import { called } from "../../core/settings.js";
import { confusionWords, flowWords, residualsWords } from "./spoken.js";

const MOST_IN_TABLE = 30;

/** @param {Object} app @param {{colors: () => Object, view: Object}} parts */
export function detailTabs(app, { colors, view }) {
  const { t, store, numbers } = app;
  const list = h("div", { class: "output-tabs tabs" });
  const canvas = h("canvas", { role: "img" });
  const frameBox = h("div", { class: "output-frame" }, canvas);
  const missing = h("p", { class: "hint", hidden: true });
  const table = h("details", { class: "output-table" }, h("summary", null, t("output.as_table")), h("div", { class: "output-table-body" }));
  const panels = {};
  for (const name of ["errors", "flow"]) panels[name] = h("div", { id: freshId(`output-${name}`), hidden: true });
  const element = h("section", { class: "output-details", "aria-label": t("output.details") }, list, panels.errors, panels.flow);
  const describe = describer(canvas);
  let classification = true;
  let tab = "errors";

  function designed({ data }) {
    const wanted = data.task !== "regression" && Boolean(data.classes);
    if (list.childElementCount && wanted === classification) return askFor();
    classification = wanted;
    const entries = [
      { id: panels.errors.id, title: wanted ? t("output.confusion") : t("output.residuals") },
      { id: panels.flow.id, title: t("output.flow") },
    ];
    tabs(list, entries, t("output.details"), (id) => {
      tab = id === panels.flow.id ? "flow" : "errors";
      panels[tab].append(missing, frameBox, table);
      askFor();
      paint();
    })(panels[tab].id);
  }

  const partName = () => (tab === "flow" ? "flow" : classification ? "confusion" : "residuals");
  const askFor = () => view.detail([partName()]);

  const size = () => {
    const width = Math.max(160, frameBox.clientWidth || 320);
    if (tab === "flow") return { width, height: 44 + 26 * Math.max(1, layerNames().length) };
    const classes = store.get("designed")?.data?.classes?.length ?? 0;
    if (!classification) return { width, height: 260 };
    const wide = Math.min(width, Math.max(260, 60 * classes + 90));
    return { width: wide, height: 50 + Math.round(classes * Math.min(52, (wide - 30) / Math.max(1, classes))) };
  };

  function layerNames() {
    const network = store.get("designed")?.network ?? [];
    return network.map((entry, i) => (i === network.length - 1 ? t("output.flow.output") : `${i + 1} ${called(t, "layers", entry.name)}`));
  }

  function drawing(context, own, look) {
    const arrays = store.get("arrays") ?? new Map();
    const array = arrays.get(partName());
    if (!array) return null;
    const format = (value) => numbers.short(value);
    if (tab === "flow") {
      const names = layerNames();
      drawFlow(context, { norms: array.data, names, format, noneText: t("output.flow.none") }, own, look);
      return () => flowWords(app, array.data, names);
    }
    if (classification) {
      const names = store.get("designed")?.data?.classes ?? [];
      drawConfusion(context, { counts: array.data, names, trueName: t("output.true"), predictedName: t("output.predicted"), format: numbers.integer }, own, look);
      return () => `${partWords(array)} ${confusionWords(app, array.data, names)}`;
    }
    drawResiduals(context, { pairs: array.data, wantedName: t("output.wanted"), predictedName: t("output.predicted"), format }, own, look);
    return () => `${partWords(array)} ${residualsWords(app, array.data)}`;
  }

  const partWords = (array) => (array.part ? t("output.of_part", { part: t(`output.part.${array.part}`) }) : "");

  function paint() {
    if (!list.childElementCount) return;
    const own = size();
    const words = drawing(fitted(canvas, own.width, own.height), own, colors());
    frameBox.hidden = !words;
    missing.hidden = Boolean(words);
    const reasons = store.get("view")?.left_out ?? {};
    if (!words) missing.textContent = reasons[partName()] ?? t("output.waiting");
    table.hidden = !words || tab !== "errors" || !classification;
    if (words) describe(words);
    if (!table.hidden && table.open) fillTable();
  }

  table.addEventListener("toggle", () => fillTable());
  let filled = { counts: null, at: 0 };
  function fillTable() {
    const counts = store.get("arrays")?.get("confusion")?.data;
    const names = (store.get("designed")?.data?.classes ?? []).slice(0, MOST_IN_TABLE);
    // A table that changes with every frame can be read by nobody.
    if (!table.open || !counts || filled.counts === counts || performance.now() - filled.at < 1000) return;
    filled = { counts, at: performance.now() };
    const all = store.get("designed").data.classes.length;
    table.lastChild.replaceChildren(confusionTable(app, counts, names, all));
  }

  const picture = {
    get width() {
      return size().width;
    },
    get height() {
      return size().height;
    },
    draw: (context, look = colors()) => drawing(context, size(), look),
  };
  return { element, paint, designed, picture };
}

function confusionTable({ t, numbers }, counts, names, all) {
  return h(
    "table",
    { class: "output-confusion" },
    h("caption", null, t("output.table.caption")),
    h("thead", null, h("tr", null, h("td"), names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", null, names.map((name, row) =>
      h("tr", null, h("th", { scope: "row" }, name), names.map((_, column) => h("td", null, numbers.integer(counts[row * all + column]))))),
    ),
  );
}
