// The run as source text, in Axone's Python or another library's, and what else can be taken away:
// the run's folder and the page's pictures. The text is written when it is looked at, and again when
// another run or epoch is there; while the run learns it waits to be asked, lest it change under
// the reader's eyes.

import { button, h, segments } from "../../core/elements.js";
import { keepFile } from "../../core/pictures.js";
import { marked, withCode } from "./marks.js";
import { takeaways } from "./takeaways.js";

/** What a run can be written as, in the words of the page. */
const TARGETS = {
  python: { title: "code.target.python", hint: "code.hint.python" },
  "scikit-learn": { title: "code.target.scikit-learn", hint: "code.hint.scikit-learn" },
  pytorch: { title: "code.target.pytorch", hint: "code.hint.pytorch", exact: "code.hint.pytorch.exact" },
  toml: { title: "code.target.toml", hint: "code.hint.toml" },
};

/** @param {Object} app */
export function panel(app) {
  const { t, store } = app;
  const region = document.getElementById("panel-code");
  const chosen = { target: "python", exact: false };
  let written = null; // what the text is of
  let answer = null;
  let asked = 0;

  const exact = h("input", { type: "checkbox", on: { change: () => choose({ exact: exact.checked }) } });
  const exactLine = h("label", { class: "code-exact", hidden: true }, exact, h("span", null, t("code.exact")));
  const hint = h("p", { class: "hint" });
  const notes = h("ul", { class: "code-notes", hidden: true });
  const refusal = h("p", { class: "refusal", role: "status", hidden: true });
  const text = h("code");
  const block = h("pre", { class: "code-text", tabindex: 0, role: "region", "aria-label": t("code.text") }, text);
  const epoch = h("span", { class: "hint" });
  const update = button(t("code.update"), () => write(), { class: "plain" });
  const copy = button(t("code.copy"), copyText);
  const keep = button(t("code.keep"), () => keepFile(new Blob([answer.text], { type: "text/plain" }), answer.name));
  const pick = segments(
    t("code.target"),
    Object.entries(TARGETS).map(([value, { title }]) => ({ value, title: t(title) })),
    chosen.target,
    (target) => choose({ target }),
  );
  region.replaceChildren(
    h(
      "div",
      { class: "code" },
      h(
        "section",
        { class: "code-script" },
        h("div", { class: "code-choice" }, pick, exactLine),
        hint,
        h("div", { class: "code-tools" }, copy, keep, update, epoch),
        refusal,
        notes,
        block,
      ),
      takeaways(app),
    ),
  );

  function choose(change) {
    Object.assign(chosen, change);
    write();
  }

  /** What a text would be written of now. */
  function subject() {
    const state = store.get("state");
    const design = store.get("design");
    return { design, epoch: state?.looking_back ?? state?.epoch ?? 0, batch: state?.batch ?? 0 };
  }

  async function write() {
    const own = ++asked;
    const now = subject();
    const { target } = chosen;
    const words = TARGETS[target];
    const isExact = Boolean(words.exact) && chosen.exact;
    exactLine.hidden = !words.exact;
    hint.replaceChildren(...withCode(t(isExact ? words.exact : words.hint)));
    try {
      const found = await app.ask("code", { target, exact: isExact });
      if (own === asked) show(found, now);
    } catch (refused) {
      if (refused.lost) return;
      if (!refused.words) throw refused;
      if (own === asked) show(null, now, refused.words);
    }
  }

  function show(found, now, refused = "") {
    [answer, written] = [found, now];
    refusal.hidden = !refused;
    refusal.textContent = refused;
    block.hidden = copy.hidden = keep.hidden = !found;
    notes.hidden = !found?.notes?.length;
    hint.hidden = !notes.hidden;
    notes.replaceChildren(...(found?.notes ?? []).map((note) => h("li", null, note)));
    text.replaceChildren(...(found ? marked(found.text) : []));
    epoch.textContent = now.epoch ? t("code.epoch", { epoch: app.numbers.integer(now.epoch) }) : t("code.begun");
    offer();
  }

  function isOld() {
    const now = subject();
    return !written || now.design !== written.design || now.epoch !== written.epoch || now.batch !== written.batch;
  }

  function offer() {
    update.hidden = !isOld();
  }

  function look() {
    if (region.hidden || !store.get("designed")) return;
    const now = subject();
    const learning = store.get("state")?.running && written?.design === now.design;
    if (isOld() && !learning) write();
    else offer();
  }

  async function copyText() {
    const done = await navigator.clipboard?.writeText(answer.text).then(() => true, () => false);
    app.announce(t(done ? "code.copied" : "code.not_copied"));
    if (!done) selectAll();
  }

  function selectAll() {
    const range = document.createRange();
    range.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  store.subscribe(["tab", "designed", "state"], look);
}
