// The sets to choose from: those in the plane as small pictures, all others by name.

import { palette } from "../../core/colors.js";
import { choice, field, freshId, h } from "../../core/elements.js";
import { called } from "../../core/settings.js";
import { asking, openSource } from "./asking.js";

const SIZE = 48; // CSS pixels of a picture's side
const MARGIN = 4;

/** @param {Object} app */
export function sources(app) {
  const { t, store } = app;
  const tiles = h("div", { class: "tiles" });
  const others = h("div", null);
  const name = freshId("source");

  const known = () => store.get("catalogue")?.datasets ?? [];
  const find = (source) => known().find((one) => one.name === source);

  const choose = (source) => openSource(app, find(source) ?? { name: source, task: "", flat: true });

  function fill() {
    const source = store.get("design")?.data?.source;
    const drawn = known().filter((one) => one.preview);
    const colors = palette();
    const focused = tiles.contains(document.activeElement);
    tiles.replaceChildren(
      ...drawn.map((one) => tile(app, one, { name, colors, chosen: one.name === source, choose })),
    );
    if (focused) tiles.querySelector("input:checked")?.focus({ preventScroll: true });
    others.replaceChildren(list(app, known().filter((one) => !one.preview), source, choose));
  }

  store.subscribe(["design", "catalogue", "theme"], fill);
  return h(
    "div",
    { class: "sources", data: { place: "data.source" } },
    h("fieldset", { class: "tiles-group" }, h("legend", { class: "unseen" }, t("data.plane")), tiles),
    others,
    asking(app),
  );
}

/** A radio button that shows what the set looks like. */
function tile({ t }, one, { name, colors, chosen, choose }) {
  const canvas = h("canvas", { "aria-hidden": "true", class: "tile-picture" });
  paint(canvas, one, colors);
  const input = h("input", {
    type: "radio", name, value: one.name, checked: chosen, on: { change: () => choose(one.name) },
  });
  return h("label", { class: "tile" }, input, canvas, h("span", { class: "tile-name" }, called(t, "datasets", one.name)));
}

/** Draw the points of a preview, [x, y, target] within 0 … 1. */
function paint(canvas, { preview, task }, colors) {
  const scale = globalThis.devicePixelRatio ?? 1;
  canvas.width = canvas.height = Math.round(SIZE * scale);
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  const classes = [...new Set(preview.map(([, , label]) => label))].sort((a, b) => a - b);
  const radius = preview.length < 20 ? 3.2 : 1.5;
  for (const [x, y, label] of preview) {
    const color = task === "regression" ? colors.diverging(2 * label - 1) : null;
    context.fillStyle = color ? `rgb(${color.join(" ")})` : colors.classColor(classes.indexOf(label));
    context.beginPath();
    context.arc(MARGIN + x * (SIZE - 2 * MARGIN), MARGIN + (1 - y) * (SIZE - 2 * MARGIN), radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Sets without a picture, in groups by where they are. */
function list(app, sets, source, choose) {
  const { t } = app;
  const groups = { built_in: t("data.built_in"), generated: t("data.generated"), home: t("data.home"), upload: t("data.uploads") };
  const entries = sets.map((one) => ({ value: one.name, title: titleOf(app, one), group: groups[one.kind] }));
  const listed = entries.some((entry) => entry.value === source);
  if (!listed && source?.startsWith("upload:")) {
    entries.push({ value: source, title: source.slice("upload:".length), group: groups.upload });
  }
  const chosen = entries.some((entry) => entry.value === source) ? source : "";
  const select = choice([{ value: "", title: t("data.others.none") }, ...entries], chosen, (value) => value && choose(value));
  return field(t("data.others"), select);
}

function titleOf({ t, numbers }, one) {
  if (one.kind === "upload") return one.name.slice("upload:".length);
  const name = called(t, "datasets", one.name);
  return one.rows ? t("data.rows_of", { name, rows: numbers.integer(one.rows) }) : name;
}
