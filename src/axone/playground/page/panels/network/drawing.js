// The drawing of the network in the document: a canvas of links, and over it real buttons, a unit
// each with its map. It is built anew with each design and painted with each frame.

import { describer, fitted, onceASecond } from "../../draw/canvas.js";
import { layOut } from "../../draw/columns.js";
import { divergingRamp } from "../../draw/color.js";
import { drawLinks } from "../../draw/links.js";
import { drawUnit } from "../../draw/unit.js";
import { h } from "../../core/elements.js";
import { called } from "../../core/settings.js";
import { boxBody, paintBox } from "./boxes.js";
import { drawingKeys } from "./drawing-keys.js";
import { layerHead, insertButtons } from "./heads.js";
import { unitName, unitWords } from "./inspector.js";
import { biasOf, columnsOf, conditionOf, largestBias, linksOf } from "./model.js";
import { networkWords } from "./spoken.js";
import { createPicture } from "./picture.js";
import { unitImage } from "./images.js";

/**
 * @param {Object} app
 * @param {{colors: () => Object, inspector: Object, editor: Object}} parts
 */
export function createDrawing(app, { colors, inspector, editor }) {
  const { store, t } = app;
  const links = h("canvas", { class: "network-links", role: "img" });
  const stage = h("div", { class: "network-stage" });
  const element = h("div", { class: "network-scroll", data: { place: "network.hidden_layers" } }, stage);
  const describe = describer(links);
  const open = new Set();
  /** @type {{columns: Object[], layout: Object, units: Object[], boxes: Object[], width: number}} */
  const shown = { columns: [], layout: layOut([], 600), units: [], boxes: [], width: 0 };
  let looked = null;

  function build() {
    const designed = store.get("designed");
    if (!designed) return;
    const focus = stage.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    shown.width = element.clientWidth || 600;
    shown.columns = columnsOf(designed, open);
    shown.layout = layOut(shown.columns, shown.width);
    shown.units = [];
    shown.boxes = [];
    stage.style.setProperty("width", `${shown.layout.width}px`);
    stage.style.setProperty("height", `${shown.layout.height}px`);
    stage.replaceChildren(links, ...shown.columns.map(layer), ...insertButtons(app, shown, editor));
    refocus(focus);
    for (const each of shown.units) each.button.setAttribute("aria-label", unitName(app, each.column, each.unit));
    paint();
  }

  function refocus(focus) {
    if (!focus) return;
    const [kind, key] = focus.split(":");
    const wanted = stage.querySelector(`[data-focus="${CSS.escape(focus)}"]`);
    // A unit or layer that is gone: its neighbour has the focus, not the beginning of the page.
    const near = kind === "unit" ? [...stage.querySelectorAll(`[data-focus^="unit:${CSS.escape(key)}:"]`)].pop() : null;
    (wanted ?? near ?? stage.querySelector("[data-focus^='title:']"))?.focus({ preventScroll: true });
  }

  function layer(column, i) {
    const place = shown.layout.columns[i];
    const head = at(layerHead(app, column, { editor, redraw: build }), place.head);
    const group = h("div", {
      class: "network-layer", role: "group", "aria-label": layerWords(app, column),
      data: { key: column.key, index: column.index },
    }, head);
    if (column.kind === "box") {
      const box = at(boxBody(app, column, editor), place.box);
      shown.boxes.push({ column, element: box, rect: place.box });
      group.append(box);
      return group;
    }
    place.units.forEach((rect, unit) => group.append(unitButton(column, unit, rect)));
    if (place.more) group.append(at(moreButton(column), place.more));
    return group;
  }

  function unitButton(column, unit, rect) {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const button = h("button", {
      type: "button", class: "network-unit", tabindex: unit === 0 ? 0 : -1,
      data: { focus: `unit:${column.key}:${unit}`, unit },
      on: {
        click: () => select(column, unit),
        pointerenter: () => look(column, unit),
        pointerleave: () => look(null),
        focus: () => look(column, unit),
        blur: () => look(null),
      },
    }, canvas);
    shown.units.push({ column, unit, canvas, button, rect, said: "" });
    return at(button, rect);
  }

  function moreButton(column) {
    const hidden = column.total - column.count;
    const words = column.open ? t("network.fewer") : t.n("network.more", hidden);
    const toggle = () => {
      if (!open.delete(column.key)) open.add(column.key);
      build();
    };
    return h("button", {
      type: "button", class: "network-more", "aria-expanded": String(column.open),
      data: { focus: `more:${column.key}` }, on: { click: toggle },
    }, words);
  }

  function select(column, unit) {
    const now = store.get("selected");
    const same = now && now.layer === column.key && now.unit === unit;
    store.set({ selected: same ? null : { layer: column.key, unit } });
    if (!same) app.announce(unitWords(app, shown.columns, column, unit, store.get("arrays")).join(", "));
  }

  function look(column, unit) {
    looked = column ? { column, key: column.key, unit } : null;
    paint();
  }

  function paint() {
    if (!shown.columns.length) return;
    const arrays = store.get("arrays") ?? new Map();
    const look = colors();
    const selected = store.get("selected");
    const { width, height } = shown.layout;
    const lit = looked ?? (selected ? { key: selected.layer, unit: selected.unit } : null);
    const lines = linksOf(shown.columns, shown.layout, arrays, lit);
    drawLinks(fitted(links, width, height), { ...lines, down: shown.layout.down, passing: passing(lines.plain) }, shown.layout, look);
    const table = divergingRamp(look);
    for (const each of shown.units) paintUnit(each, arrays, table, look, selected);
    for (const each of shown.boxes) paintBox(app, each, arrays, look);
    nameUnits(arrays);
    describe(() => networkWords(app, shown.columns, arrays));
    const target = looked ?? columnOf(selected);
    inspector.show(target ? unitWords(app, shown.columns, target.column, target.unit, arrays) : null);
  }

  function passing(plain) {
    return plain.map((i) => [shown.layout.columns[i - 1].body, shown.layout.columns[i].body]);
  }

  function columnOf(selected) {
    const column = selected && shown.columns.find(({ key, count }) => key === selected.layer && selected.unit < count);
    return column ? { column, unit: selected.unit } : null;
  }

  function paintUnit(each, arrays, table, look, selected) {
    const { column, unit, canvas, button, rect } = each;
    const condition = conditionOf(arrays, column.key, unit);
    const bias = biasOf(arrays, column.key, unit);
    const most = largestBias(arrays, column.key);
    const size = { width: rect.width - 4, height: rect.height - 4 };
    const state = {
      image: unitImage(arrays, column.key, unit, table),
      condition,
      bias: bias === null || most === 0 ? null : bias / most,
      text: (column.names[unit] ?? String(unit + 1)).slice(0, 2),
    };
    drawUnit(fitted(canvas, size.width, size.height), state, size, look);
    const chosen = Boolean(selected && selected.layer === column.key && selected.unit === unit);
    if (each.chosen !== chosen) button.setAttribute("aria-pressed", String(chosen));
    if (each.condition !== condition) button.dataset.condition = condition;
    each.chosen = chosen;
    each.condition = condition;
  }

  // Names of many buttons change with every frame; once a second is as fast as anyone listens.
  const nameUnits = onceASecond((arrays) => {
    for (const each of shown.units) {
      const words = unitWords(app, shown.columns, each.column, each.unit, arrays).join(", ");
      if (words !== each.said) each.button.setAttribute("aria-label", words);
      each.said = words;
    }
  });

  drawingKeys(app, stage, shown, editor);
  const picture = createPicture(app, shown, colors);
  function resized() {
    if (Math.abs(element.clientWidth - shown.width) > 1) build();
  }
  return { element, build, paint, resized, picture };
}

/** An element at a place of the stage. */
function at(element, rect) {
  for (const [name, value] of [["left", rect.x], ["top", rect.y], ["width", rect.width], ["height", rect.height]]) {
    element.style.setProperty(name, `${value}px`);
  }
  return element;
}

function layerWords({ t }, column) {
  if (column.role === "input") return t("network.input");
  if (column.role === "output") return t("network.output");
  return t("network.layer", { number: column.index + 1, title: called(t, "layers", column.entry.name) });
}
