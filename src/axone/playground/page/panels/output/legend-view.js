// What the colours and shapes of the surface mean: classes with their shapes, rings and crosses, or
// a bar of the scale with its numbers.

import { describer, fitted } from "../../draw/canvas.js";
import { drawPointSample, drawScaleBar } from "../../draw/legend.js";
import { h } from "../../core/elements.js";

const SAMPLE = { width: 18, height: 18 };
const BAR = { width: 280, height: 32 };
const MOST = 12;

/**
 * @param {Object} app
 * @param {() => import("../../draw/color.js").Colors} colors
 */
export function legend({ t, numbers }, colors) {
  const bar = h("canvas", { role: "img" });
  const barName = h("span", { class: "output-bar-name" });
  const barPart = h("div", { class: "output-bar", hidden: true }, barName, bar);
  const list = h("ul", { class: "output-legend" });
  const element = h("div", { class: "output-key" }, barPart, list);
  const describe = describer(bar);
  let built = null;

  function show(content) {
    element.hidden = !content;
    if (!content) return;
    const look = colors();
    barPart.hidden = !content.scale;
    if (content.scale) showBar(content, look);
    const parts = partsOf(content.points);
    const wrong = content.count > 0 && content.points !== null;
    const signature = JSON.stringify([content.classes, parts, wrong, look.paper]);
    if (signature === built) return;
    built = signature;
    list.replaceChildren(...entries(content, parts, wrong, look));
  }

  function showBar({ scale, unit, target }, look) {
    barName.textContent = unit ? t("output.bar.unit") : (target || t("output.bar"));
    drawScaleBar(fitted(bar, BAR.width, BAR.height), { ...scale, format: (value) => numbers.short(value) }, BAR, look);
    describe(() => t("output.bar.words", { low: numbers.short(scale.low), high: numbers.short(scale.high) }));
  }

  function entries({ classes, count }, parts, wrong, look) {
    const named = (count > 0 ? classes ?? [] : []).slice(0, MOST);
    const sample = (data) => {
      const canvas = h("canvas", { "aria-hidden": "true" });
      drawPointSample(fitted(canvas, SAMPLE.width, SAMPLE.height), data, SAMPLE, look);
      return canvas;
    };
    const items = named.map((name, label) => [sample({ label, color: look.classes[label % look.classes.length] }), name]);
    if (count > MOST) items.push([null, t.n("output.legend.more", count - MOST)]);
    if (parts.train && parts.others) {
      items.push([sample({ label: 0, color: look.muted }), t("output.legend.train")]);
      items.push([sample({ label: 0, color: look.muted, ring: true }), t("output.legend.others")]);
    }
    if (wrong) items.push([sample({ label: 0, color: look.muted, wrong: true }), t("output.legend.wrong")]);
    return items.map(([canvas, text]) => h("li", null, canvas, h("span", null, text)));
  }

  return { element, show };
}

function partsOf(points) {
  const found = { train: false, others: false };
  for (const part of points?.parts ?? []) found[part === 0 ? "train" : "others"] = true;
  return found;
}
