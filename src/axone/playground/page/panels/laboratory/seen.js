// What was seen in an experiment: three sentences, a picture and a table.

import { h } from "../../core/elements.js";

/**
 * The picture is shown as an image of its own, in which no script runs whatever it holds.
 * @param {string} svg @param {string} title
 * @returns {{figure: HTMLElement, release: () => void}}
 */
export function picture(svg, title) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  const image = h("img", { class: "lab-picture", src: url, alt: title });
  // On a narrow page it is scrolled, by keys too, and not made so small that nobody can read it.
  const figure = h("div", { class: "lab-figure", tabindex: "0", role: "group", "aria-label": title }, image);
  return { figure, release: () => URL.revokeObjectURL(url) };
}

/**
 * The table, in a frame that can be scrolled by keys, too.
 * @param {{columns: {title: string, numeric: boolean}[], rows: string[][]}} seen @param {string} label
 */
export function table({ columns, rows }, label) {
  const kind = (index) => (columns[index].numeric ? "number" : null);
  return h(
    "div",
    { class: "lab-table", tabindex: "0", role: "region", "aria-label": label },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, columns.map(({ title }, index) => h("th", { scope: "col", class: kind(index) }, title)))),
      h(
        "tbody",
        null,
        rows.map((row) => h("tr", null, row.map((cell, index) => h("td", { class: kind(index) }, cell)))),
      ),
    ),
  );
}
