// What was refused is said at the field it is about, or at the nearest one around it, and stays there
// until that field is accepted. What has no place on the page stands above it.

import { freshId, h } from "./elements.js";

/**
 * The longest of the places that is the wanted one or lies around it.
 * @param {Iterable<string>} places @param {string} wanted @returns {string|null}
 */
export function nearest(places, wanted) {
  const known = new Set(places);
  let place = wanted;
  while (place) {
    if (known.has(place)) return place;
    const dot = place.lastIndexOf(".");
    place = dot < 0 ? "" : place.slice(0, dot);
  }
  return null;
}

/** Whether a place is another or lies within it; everything lies within "". */
export const within = (place, outer) => !outer || place === outer || place.startsWith(`${outer}.`);

/** @param {HTMLElement} general where refusals without a place are shown */
export function createRefusals(general, dismissWords) {
  /** @type {Map<string, {line: HTMLElement, control: Element|null}>} */
  const shown = new Map();

  function control(element) {
    return element.matches("input, select, textarea") ? element : element.querySelector("input, select, textarea");
  }

  function visible(element) {
    for (let outer = element; outer; outer = outer.parentElement) {
      if (outer.tagName === "DETAILS") outer.open = true;
      if (outer.hidden) return false;
    }
    return true;
  }

  function remove(place) {
    const { line, control: field } = shown.get(place);
    line.remove();
    field?.removeAttribute("aria-invalid");
    if (field) {
      const ids = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== line.id);
      if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
      else field.removeAttribute("aria-describedby");
    }
    shown.delete(place);
  }

  return {
    /** @param {{place?: string, words: string}} refused */
    show({ place = "", words }) {
      const elements = [...document.querySelectorAll("[data-place]")];
      const found = nearest(elements.map((element) => element.dataset.place), place);
      const home = elements.find((element) => element.dataset.place === found && visible(element));
      const key = home ? found : place;
      if (shown.has(key)) remove(key);
      const line = h("p", { class: "refusal", role: "alert", id: freshId("refusal") }, h("span", null, words));
      const field = home && found === place ? control(home) : null;
      if (home) home.append(line);
      else {
        line.append(
          h("button", { type: "button", class: "quiet", "aria-label": dismissWords(), on: { click: () => remove(key) } }, "×"),
        );
        general.append(line);
      }
      if (field) {
        field.setAttribute("aria-invalid", "true");
        const described = field.getAttribute("aria-describedby");
        field.setAttribute("aria-describedby", described ? `${described} ${line.id}` : line.id);
      }
      shown.set(key, { line, control: field });
    },

    /** Take back what was said at a place and within it; all of it without a place. */
    clear(place = "") {
      for (const key of [...shown.keys()]) if (within(key, place)) remove(key);
    },

    /** Whether something is said at that place. */
    has: (place) => shown.get(place)?.line.isConnected ?? false,
  };
}
