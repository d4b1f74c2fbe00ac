// Ready-made scenes: a list by chapters, and the scene that is set up, with its question, its hints
// and what is reached of it.

import { button, freshId, h } from "../../core/elements.js";
import { keep, kept } from "../../core/preferences.js";
import { byChapter, finished, remembered } from "./progress.js";

const CHECK_MS = 2000;

/** @param {Object} app */
export function panel(app) {
  const { t, store } = app;
  const region = document.getElementById("panel-scenes");
  const chapters = h("nav", { class: "scene-chapters", "aria-label": t("scenes.list") });
  const scene = h("div", { class: "scene", tabindex: "-1" }, h("p", { class: "hint" }, t("scenes.choose")));
  region.replaceChildren(h("div", { class: "scenes" }, chapters, scene));

  let scenes = [];
  let chosen = null;
  let done = finished(kept("scenes"));
  let goals = null;
  let timer = 0;
  let asking = false;

  function list() {
    const at = chapters.scrollTop;
    chapters.replaceChildren(
      ...byChapter(scenes).map(({ chapter, scenes: own }) => {
        const heading = freshId("chapter");
        return h(
          "section",
          { "aria-labelledby": heading },
          h("h3", { id: heading }, chapter),
          h("ul", null, own.map((one) => h("li", null, entry(one)))),
        );
      }),
    );
    chapters.scrollTop = at;
  }

  function entry(one) {
    return button(
      [
        h("span", { class: "scene-mark", "aria-hidden": "true" }, done.has(one.name) ? "✓" : ""),
        h("span", null, one.title),
        done.has(one.name) && h("span", { class: "unseen" }, ` (${t("scenes.done")})`),
      ],
      () => setUp(one),
      { class: "plain scene-entry", "aria-current": chosen?.name === one.name ? "true" : null, "data-name": one.name },
    );
  }

  async function setUp(one) {
    const answer = await app.request("scene", { name: one.name });
    if (!answer) return;
    chosen = one;
    store.set({ scene: one.name });
    if (Object.keys(answer.scene.view).length) app.request("view", answer.scene.view);
    list();
    show();
    scene.focus();
    scene.scrollIntoView({ block: "nearest" });
    check();
  }

  function show() {
    goals = h("ul", { class: "goals" });
    scene.replaceChildren(
      h("p", { class: "scene-kind" }, kindOf(t, chosen.kind)),
      h("h3", null, chosen.title),
      h("p", null, chosen.question),
      h(
        "div",
        { class: "scene-actions" },
        button(t("scenes.check"), () => check(true), { class: "primary" }),
        button(t("scenes.again"), () => setUp(chosen)),
      ),
      goals,
      hints(),
    );
  }

  /** One hint after the other, for who asks. */
  function hints() {
    const shown = h("ol", { class: "hints" });
    const more = button(t("scenes.hint"), () => {
      shown.append(h("li", { tabindex: "-1" }, chosen.hints[shown.children.length]));
      more.hidden = shown.children.length >= chosen.hints.length;
      shown.lastElementChild.focus();
    });
    return h("div", { class: "scene-hints" }, shown, more);
  }

  /** @param {boolean} [aloud] whether it was asked for: then the whole is read out */
  async function check(aloud = false) {
    clearTimeout(timer);
    if (!chosen || asking) return;
    asking = true;
    const { name } = chosen;
    const answer = aloud ? await app.request("check", { name }) : await app.ask("check", { name }).catch(() => null);
    asking = false;
    if (answer && chosen?.name === name && !app.signal.aborted) told(answer, name, aloud);
  }

  function told(answer, name, aloud) {
    goals.replaceChildren(
      ...(answer.passed ? [goal(t, { met: true, words: t("scenes.passed") })] : []),
      ...answer.goals.map((one) => goal(t, one)),
    );
    if (answer.passed && !done.has(name)) {
      done = new Set([...done, name]);
      keep("scenes", remembered(done));
      list();
      app.announce(t("scenes.passed"));
    } else if (aloud) {
      app.announce([answer.passed ? t("scenes.passed") : t("scenes.missing"), ...answer.words].join(" "));
    }
    if (answer.pending) timer = setTimeout(check, 300, aloud);
    else if (store.get("state")?.running) timer = setTimeout(check, CHECK_MS);
  }

  // While it runs now and then, and at once where it waits.
  let place = "";
  store.subscribe(["state"], () => {
    const state = store.get("state");
    const now = state.running ? "running" : `${state.epoch}|${state.step}`;
    if (now === place) return;
    place = now;
    if (chosen && !region.hidden) check();
  });
  store.subscribe(["tab"], () => chosen && !region.hidden && check());
  app.signal.addEventListener("abort", () => clearTimeout(timer));

  app.ask("scenes").then((found) => {
    scenes = found;
    // The page may have been built anew, in another language.
    chosen = scenes.find(({ name }) => name === store.get("scene")) ?? null;
    list();
    if (!chosen) return;
    show();
    check();
  }, app.refuse);
}

/** What is reached or missing of a goal: a mark for the eye, a word for who hears it. */
function goal(t, { met, words }) {
  return h(
    "li",
    { class: met ? "met" : "unmet" },
    h("span", { class: "goal-mark", "aria-hidden": "true" }, met ? "✓" : "○"),
    h("span", { class: "unseen" }, met ? t("scenes.goal.met") : t("scenes.goal.unmet")),
    h("span", null, words),
  );
}

function kindOf(t, kind) {
  if (kind === "look") return t("scenes.kind.look");
  return kind === "mend" ? t("scenes.kind.mend") : t("scenes.kind.reach");
}
