// The network as a picture to take away: links, units with their maps, and the layers' names.

import { divergingRamp } from "../../draw/color.js";
import { clipped } from "../../draw/axes.js";
import { drawLinks } from "../../draw/links.js";
import { drawUnit } from "../../draw/unit.js";
import { headTitle } from "./heads.js";
import { unitImage } from "./images.js";
import { biasOf, conditionOf, largestBias, linksOf } from "./model.js";

/**
 * @param {Object} app
 * @param {{columns: Object[], layout: Object}} shown what the drawing shows now
 * @param {() => import("../../draw/color.js").Colors} colors
 */
export function createPicture(app, shown, colors) {
  return {
    get width() {
      return Math.ceil(shown.layout.width);
    },
    get height() {
      return Math.ceil(shown.layout.height);
    },
    draw(context, look = colors()) {
      drawNetwork(context, app, shown, look);
    },
  };
}

function drawNetwork(context, app, { columns, layout }, look) {
  const arrays = app.store.get("arrays") ?? new Map();
  const lines = linksOf(columns, layout, arrays, null);
  const passing = lines.plain.map((i) => [layout.columns[i - 1].body, layout.columns[i].body]);
  drawLinks(context, { ...lines, down: layout.down, passing }, layout, look);
  const table = divergingRamp(look);
  columns.forEach((column, i) => {
    const place = layout.columns[i];
    drawTitle(context, app, column, place.head, look);
    if (place.box) drawBoxFrame(context, app, column, place.box, look);
    place.units.forEach((rect, unit) => {
      const most = largestBias(arrays, column.key);
      const bias = biasOf(arrays, column.key, unit);
      context.save();
      context.translate(rect.x, rect.y);
      drawUnit(
        context,
        {
          image: unitImage(arrays, column.key, unit, table, true),
          condition: conditionOf(arrays, column.key, unit),
          bias: bias === null || most === 0 ? null : bias / most,
          text: (column.names[unit] ?? String(unit + 1)).slice(0, 2),
        },
        rect,
        look,
      );
      context.strokeStyle = look.muted;
      context.lineWidth = 1;
      context.setLineDash([]);
      context.beginPath();
      context.rect(0.5, 0.5, rect.width - 1, rect.height - 1);
      context.stroke();
      context.restore();
    });
  });
}

function drawTitle(context, app, column, rect, look) {
  context.save();
  context.textAlign = "center";
  context.textBaseline = "top";
  const { title, detail } = headTitle(app, column);
  const middle = rect.x + rect.width / 2;
  context.font = "600 12px system-ui, sans-serif";
  context.fillStyle = look.ink;
  context.fillText(clipped(context, title, rect.width), middle, rect.y + 6);
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = look.muted;
  context.fillText(clipped(context, detail, rect.width), middle, rect.y + 24);
  context.restore();
}

function drawBoxFrame(context, app, column, rect, look) {
  context.save();
  context.fillStyle = look.paper;
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
  context.strokeStyle = look.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.rect(rect.x + 0.5, rect.y + 0.5, rect.width - 1, rect.height - 1);
  context.stroke();
  context.fillStyle = look.muted;
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  const shape = column.entry?.output_shape ?? app.store.get("designed")?.data?.shape ?? [];
  context.fillText(shape.join(" × "), rect.x + rect.width / 2, rect.y + rect.height / 2);
  context.restore();
}
