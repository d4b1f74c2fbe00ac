// The line below the header that says what the page cannot do right now: the connection is lost, the
// worker was started again, another page took over.

import { button, h } from "./elements.js";

/** @param {Object} app */
export function banner(app) {
  const { t, on } = app;
  const element = document.getElementById("banner");

  function say(words, ...more) {
    element.replaceChildren(h("p", null, words), ...more);
    element.hidden = false;
  }

  const close = () => button("×", () => (element.hidden = true), { class: "quiet", label: t("core.dismiss") });

  on("opened", () => (element.hidden = true));
  on("lost", ({ again }) => again && say(t("core.lost")));
  on("elsewhere", () => {
    say(t("core.elsewhere"), button(t("core.take_back"), () => app.reconnect()));
  });
  on("worker", ({ alive, words }) => (words ? say(words, close()) : (element.hidden = alive)));
  on("note", ({ words }) => say(words, close()));
}
