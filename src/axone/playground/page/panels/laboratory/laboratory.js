// The laboratory: an experiment is chosen, its knobs are turned, and what is seen follows at once.

import { button, choice, field, h } from "../../core/elements.js";
import { keep, kept } from "../../core/preferences.js";
import { control, turned } from "./knobs.js";
import { createRunner, debounced } from "./running.js";
import { picture, table } from "./seen.js";

const SETTLED_MS = 350;

/** @param {Object} app */
export function panel(app) {
  const { t, store } = app;
  const region = document.getElementById("panel-laboratory");
  const knobs = h("div", { class: "lab-knobs", data: { place: "laboratory" } });
  const bar = h("progress", { class: "lab-progress", max: "1", "aria-label": t("laboratory.progress"), hidden: true });
  const result = h("div", { class: "lab-result" });
  const runner = createRunner(app.ask);
  const rerun = debounced(run, SETTLED_MS);

  let labs = null;
  let lab = null;
  let settings = {};
  let release = () => {};
  let theme = store.get("theme");

  async function open() {
    if (labs !== null || region.hidden) return;
    labs = [];
    try {
      labs = await app.ask("laboratory");
    } catch (error) {
      labs = null;
      return app.refuse(error);
    }
    if (app.signal.aborted) return;
    const wanted = labs.find(({ name }) => name === kept("laboratory")) ?? labs[0];
    const select = choice(labs.map(({ name, title }) => ({ value: name, title })), wanted.name, choose);
    region.replaceChildren(
      h(
        "div",
        { class: "laboratory" },
        h("div", { class: "lab-side" }, field(t("laboratory.experiment"), select), knobs),
        h("div", { class: "lab-main" }, bar, result),
      ),
    );
    choose(wanted.name);
  }

  function choose(name) {
    lab = labs.find((one) => one.name === name);
    settings = {};
    keep("laboratory", name);
    showKnobs();
    clear();
    run();
  }

  function showKnobs() {
    app.clearRefusals("laboratory");
    knobs.replaceChildren(
      ...lab.help.map((part) => h("p", { class: "hint" }, part)),
      ...lab.knobs.map((knob) => control(app, knob, settings[knob.name], (value) => turn(knob.name, value))),
      h(
        "div",
        { class: "lab-actions" },
        button(t("laboratory.run"), () => run(), { class: "primary" }),
        button(t("laboratory.defaults"), () => {
          settings = {};
          showKnobs();
          run();
        }),
      ),
    );
  }

  function turn(name, value) {
    settings = { ...settings, [name]: value };
    rerun();
  }

  async function run() {
    rerun.cancel();
    if (!lab) return;
    result.setAttribute("aria-busy", "true");
    let seen = null;
    try {
      const fields = { name: lab.name, settings: turned(lab.knobs, settings), theme: theme ?? "light" };
      seen = await runner.run(fields, showShare);
      if (!seen || app.signal.aborted) return;
      app.clearRefusals("laboratory");
      show(seen);
    } catch (error) {
      if (app.signal.aborted) return;
      app.clearRefusals("laboratory");
      const { place, words, lost } = error;
      if (words === undefined) throw error;
      app.refuse({ place: place || "laboratory", words, lost });
    }
    bar.hidden = true;
    result.removeAttribute("aria-busy");
  }

  function showShare(share) {
    bar.hidden = false;
    if (share === null) bar.removeAttribute("value");
    else bar.value = share;
  }

  function clear() {
    release();
    release = () => {};
    result.replaceChildren();
  }

  function show(seen) {
    clear();
    const drawn = picture(seen.svg, seen.title);
    release = drawn.release;
    result.replaceChildren(
      h("h3", null, seen.title),
      h("ul", { class: "lab-sentences" }, seen.sentences.map((sentence) => h("li", null, sentence))),
      drawn.figure,
      table(seen, t("laboratory.table")),
    );
    app.announce(seen.sentences[0]);
  }

  store.subscribe(["tab"], open);
  store.subscribe(["theme"], () => {
    if (store.get("theme") === theme) return;
    theme = store.get("theme");
    if (lab) run();
  });
  app.signal.addEventListener("abort", () => {
    rerun.cancel();
    runner.leave();
    release();
  });
  open();
}
