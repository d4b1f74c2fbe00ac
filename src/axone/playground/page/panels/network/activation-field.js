// An activation: one of the library's by name, or a formula in z that is typed. Its curve and its
// derivative are drawn while it is typed; what is wrong with it is marked at its place.

import { describer, fitted, watchColors } from "../../draw/canvas.js";
import { drawLines } from "../../draw/lines.js";
import { choice, freshId, h } from "../../core/elements.js";
import { called, settingField } from "../../core/settings.js";

const FORMULA = "formula";
const PAUSE = 180;
const SIZE = { width: 220, height: 120 };

/**
 * @param {Object} app
 * @param {{label: string, place: string, value: any, change: (value: any) => Promise<any>}} options
 */
export function activationField(app, { label, place, value, change }) {
  const { t, store } = app;
  const members = store.get("catalogue")?.activations ?? [];
  const name = nameOf(value, members);
  const names = [...new Set([...members.map((member) => member.name), name].filter((each) => each && each !== FORMULA))];
  const select = choice(
    [...names.map((each) => ({ value: each, title: called(t, "activations", each) })), { value: FORMULA, title: t("network.formula.own") }],
    name ?? "",
    (chosen) => choose(chosen),
  );
  select.id = freshId("activation");
  const input = h("input", {
    type: "text", value: formulaOf(value), spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    "aria-label": t("network.formula"), class: "network-formula",
    on: { input: () => typed(), change: () => input.value.trim() && !wrong && change(input.value.trim()) },
  });
  const trouble = h("p", { class: "network-formula-trouble", id: freshId("formula"), role: "status" });
  const derivative = h("p", { class: "hint network-derivative" });
  const canvas = h("canvas", { class: "network-curve", role: "img" });
  const describe = describer(canvas);
  const row = h("div", { hidden: name !== FORMULA }, input);
  const constants = (members.find((member) => member.name === name)?.settings ?? [])
    .filter((setting) => name !== FORMULA)
    .map((setting) =>
      settingField(app, setting, value?.[setting.name], {
        place: `${place}.${setting.name}`,
        change: (given) => change(given === undefined ? name : { ...(typeof value === "object" ? value : {}), name, [setting.name]: one(given) }),
      }),
    );
  let curve = null;
  let timer = 0;
  let newest = 0;
  /** What is typed is no formula: it is marked, and the design stays as it is. */
  let wrong = false;
  const colors = watchColors(() => draw(), app.signal);

  function choose(chosen) {
    row.hidden = chosen !== FORMULA;
    if (chosen === FORMULA) {
      if (!input.value) input.value = "z * sigmoid(z)";
      input.focus();
      typed();
      change(input.value);
    } else {
      look(chosen);
      change(chosen);
    }
  }

  function typed() {
    clearTimeout(timer);
    timer = setTimeout(() => look(input.value), PAUSE);
  }

  async function look(text) {
    const number = ++newest;
    if (!text.trim()) return;
    try {
      const answer = await app.ask("formula", { text });
      if (number !== newest) return;
      if (answer.mistake) return mark(text, answer.mistake);
      curve = answer;
      wrong = false;
      derivative.replaceChildren(...told(t, answer).map((line) => h("span", null, line)));
      trouble.replaceChildren();
      input.removeAttribute("aria-invalid");
      draw();
    } catch (refused) {
      if (number === newest && !refused.lost) mark(text, { start: 0, end: 0, words: refused.words });
    }
  }

  function mark(text, { start, end, words }) {
    wrong = true;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", trouble.id);
    const place = end > start || start >= text.length ? [h("mark", null, text.slice(start, end) || "\u00a0"), text.slice(end)] : [text.slice(start)];
    trouble.replaceChildren(h("code", { "aria-hidden": "true" }, text.slice(0, start), place), h("span", null, words ?? ""));
  }

  function draw() {
    canvas.hidden = !curve;
    if (!curve) return;
    drawLines(fitted(canvas, SIZE.width, SIZE.height), curveData(app, curve, colors()), SIZE, colors());
    describe(() => t("network.curve.words", { low: app.numbers.short(Math.min(...finite(curve.y))), high: app.numbers.short(Math.max(...finite(curve.y))) }));
  }

  look(name === FORMULA ? input.value : name ?? "");
  return h(
    "div",
    { class: "network-activation", data: { place } },
    h("div", { class: "field" }, h("div", { class: "field-head" }, h("label", { for: select.id }, label)), select, row, trouble, constants),
    h("figure", null, canvas, legend(t), derivative),
  );
}

function legend(t) {
  return h("figcaption", { class: "hint" },
    h("span", { class: "network-key whole" }, t("network.curve.function")), h("span", { class: "network-key dashed" }, t("network.curve.slope")));
}

const one = (given) => (Array.isArray(given) && given.length === 1 ? given[0] : given);

const finite = (values) => values.filter((value) => Number.isFinite(value));

function curveData({ numbers }, curve, colors) {
  const line = (y, color, dash) => ({ name: "", x: curve.x, y: y.map((value) => value ?? NaN), color, dash, width: 2 });
  return {
    curves: [line(curve.y, colors.accent, []), line(curve.slope ?? [], colors.series[1], [5, 3])],
    format: (value) => numbers.short(value, 2),
    margins: { left: 34, top: 8, right: 8, bottom: 22 },
  };
}

/** The formula written out and its derivative, as lines. */
function told(t, { equation, derivative }) {
  return [equation, derivative && t("network.formula.derivative", { formula: derivative })].filter(Boolean);
}

/** The name of an activation as it stands in a design; "formula" for one that is none. */
export function nameOf(value, members) {
  if (value === null || value === undefined) return null;
  if (typeof value === "object") return value.name ?? FORMULA;
  const known = members.some((member) => member.name === value || member.aliases?.includes?.(value));
  return known || /^[a-z_]+$/.test(value) ? value : FORMULA;
}

/** The formula of an activation, or nothing. */
export function formulaOf(value) {
  if (typeof value === "object" && value) return value.formula ?? "";
  return typeof value === "string" && !/^[a-z_]+$/.test(value) ? value : "";
}
