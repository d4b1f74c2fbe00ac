// What can be taken away beside the text: the folder of the run, and the page's pictures. The pictures
// of a panel hang at its heading as well.

import { button, h } from "../../core/elements.js";
import { withCode } from "./marks.js";
import { attachPictureMenu, keepPicture, pictureItem } from "../../core/pictures.js";

const HEADINGS = { network: ["network"], output: ["surface", "curves", "details"] };

/** @param {Object} app @returns {HTMLElement} */
export function takeaways(app) {
  const { t } = app;
  const list = h("ul", { class: "picture-list" });
  const none = h("p", { class: "hint" }, t("code.pictures.none"));
  app.pictures.subscribe(() => {
    const names = app.pictures.names();
    none.hidden = names.length > 0;
    list.replaceChildren(
      ...names.map((name) => pictureItem(app, name, (own, kind) => () => keepPicture(app, own, kind))),
    );
  });
  for (const [panel, names] of Object.entries(HEADINGS)) {
    const heading = document.getElementById(`heading-${panel}`);
    if (heading) attachPictureMenu(app, heading, names);
  }
  const saved = h("ul", { class: "code-notes", hidden: true });
  return h(
    "div",
    { class: "code-takeaways" },
    h("h3", null, t("code.run")),
    h("p", { class: "hint" }, withCode(t("code.run.hint"))),
    button(t("code.run.save"), () => save(app, saved)),
    saved,
    h("h3", null, t("code.pictures")),
    h("p", { class: "hint" }, t("code.pictures.hint")),
    none,
    list,
  );
}

async function save(app, notes) {
  const answer = await app.request("save");
  if (!answer) return;
  h("a", { href: `/download/${encodeURIComponent(answer.download)}`, download: answer.name }).click();
  const words = [app.t("code.run.saved", { name: answer.name }), ...(answer.notes ?? [])];
  notes.hidden = false;
  notes.replaceChildren(...words.map((note) => h("li", null, note)));
  app.announce(words[0]);
}
