// A number by a slider and in a field beside it: the slider covers what is usual, the field takes all.

import { field, h } from "../../core/elements.js";
import { latest } from "../../core/latest.js";
import { textInput } from "../../core/settings.js";

const POSITIONS = 100;

/**
 * The number at a slider's position, from low to high, by factors where `log`.
 * @param {number} position 0 … 100 @param {{low: number, high: number, log?: boolean, whole?: boolean}} range
 */
export function valueAt(position, { low, high, log, whole }) {
  const share = position / POSITIONS;
  const value = log ? low * (high / low) ** share : low + (high - low) * share;
  if (!whole) return Number(value.toFixed(3));
  const size = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.max(low, Math.round(value / size) * size);
}

/** The slider's position for a number. */
export function positionAt(value, { low, high, log }) {
  const inside = Math.min(high, Math.max(low, value));
  const share = log ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low);
  return Math.round(share * POSITIONS);
}

/**
 * @param {Object} app
 * @param {{label: string, place: string, value: number, setting: Object, range: Object,
 *   change: (value: any) => Promise<any>, hint?: string}} options
 */
export function sliderField(app, { label, place, value, setting, range, change, hint }) {
  const turn = latest(change);
  const number = textInput(app, setting, value, (given) => turn(given));
  const slider = h("input", {
    type: "range", min: 0, max: POSITIONS, step: 1, value: positionAt(value, range), "aria-label": label,
    "aria-valuetext": app.numbers.exact(value),
    on: {
      input: () => {
        const wanted = valueAt(Number(slider.value), range);
        number.value = app.numbers.exact(wanted);
        slider.setAttribute("aria-valuetext", number.value);
        turn(wanted);
      },
    },
  });
  const element = field(label, number, { place, hint });
  element.classList.add("slider-field");
  number.before(slider);
  return {
    element,
    /** Show what the design has, unless somebody is at it. */
    show(next) {
      if (element.contains(document.activeElement) || app.isRefused(place)) return;
      slider.value = positionAt(next, range);
      slider.setAttribute("aria-valuetext", app.numbers.exact(next));
      number.value = app.numbers.exact(next);
    },
  };
}
