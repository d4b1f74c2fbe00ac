// Numbers that move: those of a working fly from the arrays that they stand in to their places in the
// line, and the result lights up when they are there. Nothing moves where motion is not wanted.

const FLIGHT = 520;
const BETWEEN = 35;
const MOST = 24;

export const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/**
 * @param {HTMLElement} region with `.stepping-marked` cells and a line of `[data-value]` numbers
 */
export function flyIn(region) {
  if (isStill()) return;
  const sources = new Map();
  for (const cell of region.querySelectorAll(".stepping-operands .stepping-marked")) {
    const key = cell.title || cell.textContent;
    sources.set(key, [...(sources.get(key) ?? []), cell]);
  }
  const numbers = [...region.querySelectorAll(".stepping-working [data-value]")].slice(0, MOST);
  let last = 0;
  numbers.forEach((number, at) => {
    const cells = sources.get(number.dataset.value);
    if (!cells?.length) return;
    // Of equal numbers each takes its own cell, as long as there are any.
    const cell = cells.length > 1 ? cells.shift() : cells[0];
    const from = cell.getBoundingClientRect();
    const to = number.getBoundingClientRect();
    if (!from.width || !to.width) return;
    last = at * BETWEEN;
    number.animate(
      [
        { transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)`, opacity: 0.2 },
        { transform: "none", opacity: 1 },
      ],
      { duration: FLIGHT, delay: last, easing: "cubic-bezier(.2, .7, .2, 1)", fill: "backwards" },
    );
  });
  const result = region.querySelector(".stepping-result .stepping-chosen");
  result?.animate([{ opacity: 0.15 }, { opacity: 1 }], {
    duration: 300, delay: numbers.length ? last + FLIGHT - 120 : 0, fill: "backwards",
  });
}

/** What an update moved goes from where it was to where it is. @param {HTMLElement} region */
export function slide(region) {
  if (isStill()) return;
  for (const bar of region.querySelectorAll(".stepping-move-to")) {
    const from = Number(bar.dataset.from);
    bar.animate([{ transform: `translateX(${from}px)` }, { transform: "none" }], { duration: 500, easing: "ease-out" });
  }
}
