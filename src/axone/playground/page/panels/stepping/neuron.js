// One neuron: its sum written out with these numbers, what each input adds to it, and what the
// activation makes of that; of a gate, what the layer's steps say of the unit.

import { button, h } from "../../core/elements.js";
import { cellName } from "./steps.js";
import { line, written } from "./working.js";

/**
 * How long the bar of a share is, and on which side: what speaks for is on the right.
 * @param {{share: number|null, product: number|string}} term
 */
export function barOf({ share, product }) {
  return { width: Math.round(100 * Math.min(Math.max(share ?? 0, 0), 1)), against: Number(product) < 0 };
}

/**
 * @param {Object} app @param {Object} found the answer of `stepping_neuron`
 * @param {string} layer what the layer is called
 * @param {{close: () => void, move: (position: number[]) => void}} actions
 */
export function neuronView(app, found, layer, { close, move }) {
  const { t, numbers } = app;
  const title = t("stepping.neuron.of", { unit: found.unit + 1, layer });
  return h(
    "section",
    { class: "stepping-neuron", "aria-label": t("stepping.neuron") },
    h(
      "div",
      { class: "stepping-neuron-head" },
      h("h3", null, title),
      button(t("stepping.neuron.close"), close, { class: "plain" }),
    ),
    found.positions.length ? positions(app, found, move) : null,
    found.terms ? sum(app, found) : steps(app, found),
  );

  function sum() {
    const short = (value) => numbers.short(Number(value), 4);
    const row = (term) => {
      const { width, against } = barOf(term);
      const name = term.name || cellName("x", [term.input_number], [found.terms.length]);
      return h(
        "tr",
        null,
        h("th", { scope: "row" }, name),
        h("td", null, short(term.input)),
        h("td", null, short(term.weight)),
        h("td", null, short(term.product)),
        h(
          "td",
          { class: "stepping-share" },
          h("span", { class: against ? "stepping-bar against" : "stepping-bar", style: { "--part": `${width}%` } }),
          h("span", null, numbers.share(term.share ?? 0, 0)),
        ),
      );
    };
    const ending = (label, value, name = null) =>
      h("tr", { class: name }, h("th", { scope: "row", colspan: 3 }, label), h("td", null, short(value)), h("td", null));
    const a = written(
      found.working,
      (value) => numbers.short(value, 4),
      (terms, total) => t("stepping.more", { terms, total }),
    );
    return [
      h("p", { class: "stepping-equation" }, found.equation),
      h(
        "div",
        { class: "stepping-scroll" },
        h(
          "table",
          { class: "stepping-terms" },
          h("caption", { class: "unseen" }, t("stepping.neuron.caption")),
          h("thead", null, h("tr", null, Object.values(HEADS).map((head) => h("th", { scope: "col" }, head(t))))),
          h("tbody", null, found.terms.map(row)),
          h(
            "tfoot",
            null,
            found.terms_left_out ? ending(t.n("stepping.neuron.rest", found.terms_left_out), found.rest) : null,
            found.bias === null ? null : ending(t("stepping.neuron.bias"), found.bias),
            ending(t("stepping.neuron.sum"), found.z, "stepping-total"),
          ),
        ),
      ),
      h("p", { class: "stepping-equation" }, found.activation),
      h("p", { class: "stepping-working" }, `a = ${line(a) || short(found.z)} = ${short(found.a)}`),
      h("p", { class: "hint" }, t("stepping.neuron.hint")),
    ];
  }
}

const HEADS = {
  input: (t) => t("stepping.neuron.input"),
  value: (t) => t("stepping.neuron.value"),
  weight: (t) => t("stepping.neuron.weight"),
  product: (t) => t("stepping.neuron.product"),
  share: (t) => t("stepping.neuron.share"),
};

function positions({ t }, found, move) {
  return h(
    "div",
    { class: "stepping-positions" },
    found.positions.map((length, axis) => {
      const slider = h("input", {
        type: "range", min: 1, max: length, step: 1, value: found.position[axis] + 1,
        "aria-label": `${t("stepping.neuron.position")} ${axis + 1}`,
        on: { input: () => move(found.position.map((at, own) => (own === axis ? Number(slider.value) - 1 : at))) },
      });
      const reading = `${t("stepping.neuron.position")} ${found.position[axis] + 1} / ${length}`;
      return h("label", null, h("span", null, reading), slider);
    }),
  );
}

function steps({ t, numbers }, found) {
  return h(
    "dl",
    { class: "stepping-unit" },
    found.steps.map((step) => {
      const pieces = written(
        step.working,
        (value) => numbers.short(value, 4),
        (terms, total) => t("stepping.more", { terms, total }),
      );
      const value = numbers.short(Number(step.value), 4);
      const text = line(pieces);
      const working = text && text !== value ? `${text} = ${value}` : value;
      return [
        h("dt", null, step.equation),
        h("dd", { class: "stepping-working" }, `${step.symbol} = ${working}`),
      ];
    }),
  );
}
