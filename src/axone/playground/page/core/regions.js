// The frame of the page that stands in index.html: its words, and the tabs below the drawing.

import { tabs } from "./elements.js";
import { keep, kept } from "./preferences.js";

export const TABS = ["training", "rows", "stepping", "diagnosis", "scenes", "laboratory", "compare", "code"];

/** Put the words where `data-t` and `data-t-label` name them. */
export function applyWords(root, t) {
  for (const element of root.querySelectorAll("[data-t]")) {
    element.textContent = t(element.dataset.t);
  }
  for (const element of root.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
  }
}

const TITLES = {
  training: (t) => t("core.training"),
  rows: (t) => t("core.rows"),
  stepping: (t) => t("core.stepping"),
  diagnosis: (t) => t("core.diagnosis"),
  scenes: (t) => t("core.scenes"),
  laboratory: (t) => t("core.laboratory"),
  compare: (t) => t("core.compare"),
  code: (t) => t("core.code"),
};

/**
 * The tabs. The one in view stands in the store as "tab"; setting it shows another.
 * @param {Object} app
 */
export function showTabs({ t, store }) {
  const entries = TABS.map((name) => ({ id: `panel-${name}`, title: TITLES[name](t) }));
  const show = tabs(document.getElementById("tabs"), entries, t("core.tabs"), (id) => {
    const name = id.slice("panel-".length);
    keep("tab", name);
    store.set({ tab: name });
  });
  const wanted = store.get("tab") ?? kept("tab");
  const first = TABS.includes(wanted) ? wanted : TABS[0];
  show(`panel-${first}`);
  store.subscribe(["tab"], () => {
    const name = store.get("tab");
    if (TABS.includes(name) && document.getElementById(`panel-${name}`).hidden) show(`panel-${name}`);
  });
}
