// Layers that are no column of units: convolutions, recurrent layers, normalisation. A box with the
// shape and the number of weights; of images and signals the feature maps, and small kernels.

import { fitted, toImage } from "../../draw/canvas.js";
import { tile } from "../../draw/columns.js";
import { divergingRamp } from "../../draw/color.js";
import { aroundZero, asBytes, paintChannel } from "../../draw/raster.js";
import { h } from "../../core/elements.js";
import { called } from "../../core/settings.js";

const LINE = 20;

/**
 * @param {Object} app
 * @param {import("./model.js").LayerColumn} column
 * @param {Object} editor
 */
export function boxBody(app, column, editor) {
  const { t, numbers, store } = app;
  const canvas = h("canvas", { role: "img", "aria-label": "" });
  const shape = column.entry?.output_shape ?? store.get("designed")?.data?.shape ?? [];
  const parameters = column.entry?.parameters ?? 0;
  const lines = [
    h("span", null, shape.join(" × ")),
    parameters > 0 && h("span", null, t.n("network.box.parameters", parameters, { shown: numbers.integer(parameters) })),
  ];
  if (column.role !== "hidden") return h("div", { class: "network-box" }, canvas, h("span", { class: "network-box-words" }, lines));
  return h(
    "button",
    {
      type: "button", class: "network-box", data: { focus: `box:${column.key}` },
      on: { click: () => editor.open(column.index) },
      "aria-label": t("network.box", {
        number: column.index + 1, title: called(t, "layers", column.entry.name), shape: shape.join(" × "),
        parameters: numbers.integer(parameters),
      }),
    },
    canvas,
    h("span", { class: "network-box-words" }, lines),
  );
}

/**
 * Paint a box's maps, and below them its kernels where there is room.
 * @param {Object} app
 * @param {{column: Object, element: HTMLElement, rect: {width: number, height: number}}} box
 * @param {Map} arrays
 * @param {import("../../draw/color.js").Colors} colors
 */
export function paintBox({ t, numbers }, { column, element, rect }, arrays, colors) {
  const canvas = element.querySelector("canvas");
  const maps = arrays.get(`maps.${column.key}`) ?? arrays.get(`units.${column.key}`);
  const overPlane = !arrays.has(`maps.${column.key}`);
  const kernels = arrays.get(`kernels.${column.key}`);
  const lines = element.querySelectorAll(".network-box-words > span").length;
  const room = { width: rect.width - 10, height: Math.max(10, rect.height - 10 - lines * LINE) };
  canvas.hidden = !maps && !kernels;
  if (canvas.hidden) return;
  const context = fitted(canvas, room.width, room.height);
  context.clearRect(0, 0, room.width, room.height);
  const table = divergingRamp(colors);
  const share = maps && kernels ? 0.72 : 1;
  if (maps) paintMaps(context, maps, { ...room, height: room.height * share }, table, !overPlane);
  if (kernels) {
    const top = maps ? room.height * share + 4 : 0;
    paintKernels(context, kernels, { width: room.width, height: room.height - top }, top, table);
  }
  const words = maps && overPlane ? t("network.maps.plane") : maps ? t.n("network.maps", maps.shape[0], { shown: numbers.integer(maps.shape[0]) }) : t("network.kernels");
  if (canvas.getAttribute("aria-label") !== words) canvas.setAttribute("aria-label", words);
}

function paintMaps(context, maps, room, table, upright) {
  const [channels, ...sides] = maps.shape;
  const [rows, columns] = sides.length === 2 ? sides : [1, sides[0] ?? 1];
  const strip = sides.length < 2;
  const size = rows * columns;
  const places = tile(room, channels, strip ? 6 : columns / rows);
  places.forEach((rect, channel) => {
    const [low, high] = [rangeAt(maps.low, channel, 0), rangeAt(maps.high, channel, 1)];
    const bytes = maps.data.subarray(channel * size, (channel + 1) * size);
    place(context, paintChannel(bytes, rows, columns, aroundZero(low, high), table, upright), rect, 0, true);
  });
}

const rangeAt = (range, channel, otherwise) => (Array.isArray(range) ? range[channel] : range) ?? otherwise;

function paintKernels(context, kernels, room, top, table) {
  const { shape, data } = kernels;
  const images = shape.length === 4;
  const rows = images ? shape[2] : shape.length === 3 ? 1 : shape[0];
  const columns = images ? shape[3] : shape[shape.length - 1];
  const size = rows * columns;
  const { bytes, low, high } = asBytes(data);
  const count = Math.floor(data.length / size);
  tile(room, count, columns / rows > 3 ? 3 : columns / rows).forEach((rect, i) => {
    const each = bytes.subarray(i * size, (i + 1) * size);
    place(context, paintChannel(each, rows, columns, aroundZero(low, high), table, true), rect, top, false);
  });
}

function place(context, pixels, rect, top, smooth) {
  context.imageSmoothingEnabled = smooth;
  context.drawImage(toImage(pixels, (scratch ??= document.createElement("canvas"))), rect.x, top + rect.y, rect.width, rect.height);
}

let scratch = null;
