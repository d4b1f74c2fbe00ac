// Above each column: what the layer is (a button that opens its settings), and how many units it
// has, with − and +. Between columns: a button that puts a layer there.

import { button, h } from "../../core/elements.js";
import { called } from "../../core/settings.js";
import { titled } from "../../core/words.js";
import { gapAfter } from "../../draw/columns.js";
import { widthSetting } from "./edits.js";

/**
 * A layer's two lines: its kind, and its activation or shape.
 * @param {Object} app
 * @param {import("./model.js").LayerColumn} column
 * @returns {{title: string, detail: string}}
 */
export function headTitle({ t, store }, column) {
  if (column.role === "input") {
    const shape = store.get("designed")?.data?.shape ?? [];
    return { title: t("network.input"), detail: shape.length > 1 ? shape.join(" × ") : "" };
  }
  const { name, activation } = column.entry;
  const title = column.role === "output" ? t("network.output") : titled(called(t, "layers", name), store.get("language"));
  return { title, detail: activationName(t, activation) };
}

/** How an activation is called: its name, or its formula. */
export function activationName(t, activation) {
  const name = typeof activation === "string" ? activation : activation?.name;
  if (!name) return "";
  return name === "formula" ? activation.formula ?? "" : called(t, "activations", name);
}

/**
 * @param {Object} app
 * @param {import("./model.js").LayerColumn} column
 * @param {{editor: Object, redraw: () => void}} parts
 */
export function layerHead(app, column, { editor }) {
  const { t } = app;
  const { title, detail } = headTitle(app, column);
  const lines = [h("span", { class: "network-kind" }, title), detail && h("span", { class: "network-detail" }, detail)];
  if (column.role !== "hidden") {
    const count = column.kind === "units" ? String(column.total) : "";
    return h("div", { class: "network-head" }, h("div", { class: "network-title" }, lines), h("div", { class: "network-count" }, count));
  }
  const words = t("network.settings", { number: column.index + 1, title: detail ? `${title} (${detail})` : title });
  const opener = h("button", {
    type: "button", class: "network-title", "aria-label": words, title: words,
    "aria-expanded": String(editor.isOpen(column.index)),
    data: { focus: `title:${column.key}` }, on: { click: () => editor.open(column.index) },
  }, lines);
  return h("div", { class: "network-head" }, opener, counter(app, column, editor));
}

function counter({ t }, column, editor) {
  const layer = editor.layer(column.index);
  const setting = widthSetting(layer);
  if (!setting) return h("div", { class: "network-count" });
  const figures = { number: column.index + 1, count: layer[setting] };
  const change = (by) => editor.widen(column.index, by);
  return h(
    "div",
    { class: "network-count", data: { place: `network.hidden_layers.${column.index}.${setting}` } },
    button("−", () => change(-1), {
      class: "network-step", label: t("network.unit.less", figures), disabled: layer[setting] <= 1, "data-focus": `less:${column.key}`,
    }),
    h("span", { class: "network-number" }, String(layer[setting])),
    button("+", () => change(1), { class: "network-step", label: t("network.unit.more", figures), "data-focus": `plus:${column.key}` }),
  );
}

/**
 * A button between every two columns.
 * @param {Object} app
 * @param {{columns: Object[], layout: Object}} shown
 * @param {Object} editor
 */
export function insertButtons({ t }, { columns, layout }, editor) {
  return columns.slice(0, -1).map((column, i) => {
    const words = i === 0 ? t("network.add.first") : t("network.add.after", { number: i });
    const element = button("+", () => editor.add(i), { class: "network-insert", label: words, "data-focus": `insert:${i}` });
    const place = gapAfter(layout, i);
    element.style.setProperty("left", `${place.x}px`);
    element.style.setProperty("top", `${place.y}px`);
    return element;
  });
}
