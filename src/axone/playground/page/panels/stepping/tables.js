// An array as a small table whose numbers can be chosen: with the pointer, or with arrows once the
// focus is in it. Of what is long a page is shown, the one with the number that is chosen.

import { h } from "../../core/elements.js";
import { indexOf, tableShape } from "./steps.js";

const MOST_DOWN = 24;
const MOST_ACROSS = 24;

/**
 * Where an arrow leads in a table. @param {string} key @param {number} row @param {number} column
 * @param {{down: number, across: number}} shape @returns {[number, number]|null}
 */
export function moved(key, row, column, { down, across }) {
  const moves = {
    ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
    ArrowDown: [row + 1, column], ArrowUp: [row - 1, column],
    Home: [row, 0], End: [row, across - 1],
  };
  const to = moves[key];
  if (!to) return null;
  return [Math.min(Math.max(to[0], 0), down - 1), Math.min(Math.max(to[1], 0), across - 1)];
}

/**
 * The rows and columns that are shown: a page of the array, of several axes one matrix of it.
 * @param {number[]} shape @param {number} place of a number that is to be among them
 */
export function pageOf(shape, place) {
  const { down, across } = tableShape(shape);
  const height = shape.length > 2 ? Math.min(shape.at(-2), MOST_DOWN) : Math.min(down, MOST_DOWN);
  const width = Math.min(across, MOST_ACROSS);
  const row = Math.floor(place / across);
  // A page lies within one matrix: it begins anew with each of them.
  const matrix = shape.length > 2 ? shape.at(-2) : down;
  const first = row - (row % matrix);
  const top = first + Math.floor((row - first) / height) * height;
  const left = Math.floor((place % across) / width) * width;
  return {
    top, left,
    height: Math.min(height, first + matrix - top),
    width: Math.min(width, across - left),
  };
}

/** A shape as it is written: 3×4, a single row without its one. @param {number[]} shape */
export function shapeWords(shape) {
  const own = shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape;
  return own.join(" × ") || "1";
}

/**
 * @param {Object} app
 * @param {{symbol: string, block: Object, labels?: string[], caption?: string}} array
 * @param {{chosen?: number, marked?: Set<number>, choose?: (place: number) => void}} [options]
 *   `chosen` and `marked`: places among all numbers
 */
export function arrayTable(app, { symbol, block, labels = [], caption }, { chosen = -1, marked = new Set(), choose } = {}) {
  const { t, numbers } = app;
  const { down, across } = tableShape(block.shape);
  const inView = chosen >= 0 ? chosen : (marked.values().next().value ?? 0);
  const page = pageOf(block.shape, inView);
  const whole = block.whole ?? block.shape;
  const cut = block.whole || page.height < down || page.width < across;
  const columns = Array.from({ length: page.width }, (_, at) => page.left + at);
  const named = labels.length === across ? columns.map((column) => labels[column]) : [];
  const focusable = chosen >= 0 ? chosen : 0;
  const cell = (row, column) => {
    const place = row * across + column;
    const value = block.numbers[place];
    const number = Number(value);
    return h(
      "td",
      {
        class: `${place === chosen ? "stepping-chosen" : ""} ${marked.has(place) ? "stepping-marked" : ""}`.trim() || null,
        data: { place },
        tabindex: choose ? (place === focusable ? 0 : -1) : null,
        "aria-selected": choose ? String(place === chosen) : null,
        title: numbers.exact ? numbers.exact(number) : null,
      },
      numbers.short(number, 4),
    );
  };
  const rows = Array.from({ length: page.height }, (_, at) =>
    h("tr", null, columns.map((column) => cell(page.top + at, column))),
  );
  const table = h(
    "table",
    {
      class: "stepping-array", role: choose ? "grid" : null, "aria-label": choose ? t("stepping.cells", { symbol }) : null,
      on: choose
        ? {
            click: (event) => {
              const found = event.target.closest("td[data-place]");
              if (found) choose(Number(found.dataset.place));
            },
            keydown: (event) => onKey(event, { down, across }, choose),
          }
        : {},
    },
    named.length ? h("thead", null, h("tr", null, named.map((label) => h("th", { scope: "col" }, label)))) : null,
    h("tbody", null, rows),
  );
  const size = cut
    ? t("stepping.cut", { shown: `${page.height} × ${page.width}`, whole: shapeWords(whole) })
    : shapeWords(whole);
  return h(
    "figure",
    { class: "stepping-figure" },
    h("figcaption", null, h("span", { class: "stepping-symbol" }, caption ?? symbol), h("span", { class: "stepping-size" }, size)),
    h("div", { class: "stepping-scroll" }, table),
  );
}

function onKey(event, shape, choose) {
  const cell = event.target.closest("td[data-place]");
  if (!cell) return;
  const place = Number(cell.dataset.place);
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    choose(place);
    return;
  }
  const to = moved(event.key, Math.floor(place / shape.across), place % shape.across, shape);
  if (!to) return;
  event.preventDefault();
  event.stopPropagation();
  choose(to[0] * shape.across + to[1]);
}

/** The index of a place in a block. */
export const indexIn = (place, block) => indexOf(place, block.shape);
