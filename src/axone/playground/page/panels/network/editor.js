// Changing the layers: what the drawing's buttons and keys do, and the form under the drawing, of
// one layer's settings or of a layer to be added. Every change waits for the one before.

import { h } from "../../core/elements.js";
import { hiddenLayers, inserted, moved, removed, replaced, startingLayer, widened, widthSetting, withLayers, withSetting } from "./edits.js";
import { called } from "../../core/settings.js";
import { addForm } from "./add-form.js";
import { layerForm } from "./layer-form.js";

/** @param {Object} app */
export function createEditor(app) {
  const { store, t } = app;
  const element = h("section", { class: "network-editor", hidden: true });
  /** @type {{kind: "layer" | "add", index: number} | null} */
  let shown = null;
  /** Widths that were asked for and are not answered yet, so that quick steps add up. */
  const asked = new Map();

  const layers = () => hiddenLayers(store.get("design"), store.get("designed"));

  /** Make another list of layers; @param {(layers: Object[]) => Object[]} edit */
  function change(edit, place) {
    return app.change((design) => withLayers(design, edit(hiddenLayers(design, store.get("designed")))), { place });
  }

  function widen(index, by) {
    const layer = layers()[index];
    const setting = widthSetting(layer);
    if (!setting) return;
    const from = asked.get(index) ?? layer[setting];
    const wanted = widened({ ...layer, [setting]: from }, by);
    if (wanted[setting] === from) return;
    asked.set(index, wanted[setting]);
    const place = `network.hidden_layers.${index}.${setting}`;
    change((all) => replaced(all, index, { ...all[index], [setting]: wanted[setting] }), place).then((done) => {
      if (asked.get(index) === wanted[setting]) asked.delete(index);
      if (done) app.announce(t("network.said.units", { number: index + 1, count: wanted[setting] }));
    });
  }

  function set(index, name, value) {
    const place = `network.hidden_layers.${index}.${name}`;
    return change((all) => replaced(all, index, withSetting(all[index], name, value)), place);
  }

  async function remove(index) {
    const title = layers()[index]?.name;
    if (!title) return;
    const done = await change((all) => removed(all, index), `network.hidden_layers.${index}`);
    if (!done) return;
    if (shown?.kind === "layer") close();
    app.announce(t("network.said.removed", { title: readable(t, title) }));
  }

  async function move(index, by) {
    const before = layers();
    if (moved(before, index, by) === before) return;
    const done = await change((all) => moved(all, index, by), `network.hidden_layers.${index}`);
    if (!done) return;
    if (shown?.kind === "layer" && shown.index === index) open(index + by, true);
    const title = document.querySelectorAll("#panel-network button.network-title")[index + by];
    if (!element.contains(document.activeElement)) title?.focus();
    app.announce(t("network.said.moved", { title: readable(t, before[index].name), place: index + by + 1 }));
  }

  async function insert(at, kind) {
    const beside = layers().slice(0, at).reverse().find((layer) => layer.units) ?? layers().find((layer) => layer.units);
    const layer = startingLayer(kind, beside);
    const done = await change((all) => inserted(all, at, layer), "network.add");
    if (!done) return;
    app.announce(t("network.said.added", { title: readable(t, kind), place: at + 1 }));
    open(at, true);
  }

  function open(index, stay = false) {
    const same = shown?.kind === "layer" && shown.index === index;
    if (same && !stay) return close();
    shown = { kind: "layer", index };
    draw();
    if (!stay) element.querySelector("select, input")?.focus();
    mark();
  }

  function add(at) {
    shown = { kind: "add", index: at };
    draw();
    element.querySelector(".network-chip")?.focus();
    mark();
  }

  function close() {
    const index = shown?.kind === "layer" ? shown.index : -1;
    const had = element.contains(document.activeElement);
    shown = null;
    draw();
    mark();
    const titles = document.querySelectorAll("#panel-network button.network-title");
    if (had) (titles[index] ?? document.getElementById("panel-network"))?.focus();
  }

  /** Which column's settings are open, at its head. */
  function mark() {
    document.querySelectorAll("#panel-network button.network-title").forEach((button, i) => {
      button.setAttribute("aria-expanded", String(isOpen(i)));
    });
  }

  function draw() {
    element.hidden = !shown;
    if (!shown) return element.replaceChildren();
    const all = layers();
    if (shown.kind === "layer" && !all[shown.index]) return close();
    const actions = { set, remove, move, close, add, count: all.length };
    const content =
      shown.kind === "add"
        ? addForm(app, shown.index, { insert, close })
        : layerForm(app, shown.index, all[shown.index], actions);
    element.replaceChildren(...content);
  }

  /** The form shows what the design has now, unless somebody is typing in it. */
  function show() {
    if (!shown) return;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    const typing = focused?.matches("input[type=text], textarea");
    if (typing && shown.kind === "layer" && layers()[shown.index]) return;
    const id = focused?.dataset.name ?? focused?.closest("[data-place]")?.dataset.place;
    draw();
    if (focused && id) {
      const again = element.querySelector(`[data-name="${CSS.escape(id)}"]`) ?? element.querySelector(`[data-place="${CSS.escape(id)}"]`);
      (again?.matches("button, input, select") ? again : again?.querySelector("input, select, button"))?.focus();
    }
  }

  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
  });

  const isOpen = (index) => shown?.kind === "layer" && shown.index === index;
  return { element, show, open, add, widen, remove, move, isOpen, layer: (index) => layers()[index] };
}

const readable = (t, name) => called(t, "layers", name);
