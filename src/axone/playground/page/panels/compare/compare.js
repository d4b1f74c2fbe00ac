// Runs side by side: what differs in their designs, what came of each, whose curves are drawn behind
// this run's. The store has all kept runs as "kept", and those that are drawn as "runs".

import { button, field, h } from "../../core/elements.js";
import { soon } from "../../core/soon.js";
import { createTable } from "./table.js";

/** @param {Object} app */
export function panel(app) {
  const { t, store } = app;
  const region = document.getElementById("panel-compare");
  const hidden = new Set();
  const name = h("input", { type: "text", maxlength: 60, autocomplete: "off" });
  const form = h(
    "form",
    { class: "compare-form", on: { submit: keep } },
    field(t("compare.name"), name),
    button(t("compare.keep"), () => {}, { type: "submit", class: "primary" }),
  );
  const table = createTable(app, { hidden, learn, draw });
  region.replaceChildren(h("p", { class: "hint" }, t("compare.hint")), form, table.element);

  /** Take over what the worker says of the kept runs. */
  function learn(answer) {
    if (!answer?.runs) return;
    store.set({ kept: answer.runs });
    draw();
  }

  /** Have the curves drawn of those that are not hidden. */
  function draw() {
    const kept = store.get("kept") ?? [];
    store.set({ runs: kept.filter(({ run }) => !hidden.has(run)) });
  }

  async function keep(event) {
    event.preventDefault();
    const wanted = name.value.trim();
    const answer = await app.request("keep", wanted ? { name: wanted } : {});
    if (!answer) return;
    learn(answer);
    name.value = "";
    app.announce(t("compare.kept", { name: answer.runs.at(-1).name }));
  }

  const show = soon(() => region.hidden || table.show());
  store.subscribe(["kept", "designed", "curves", "state", "tab"], show);
  draw();
}
