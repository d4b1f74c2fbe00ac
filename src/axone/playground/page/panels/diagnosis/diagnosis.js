// The diagnosis of the run as it goes: findings with what gave them away, the likely cause and a
// remedy, which a button applies and another takes back.

import { button, freshId, h } from "../../core/elements.js";
import { fresh, watch } from "./watching.js";

/** @param {Object} app */
export function panel(app) {
  const { t, store } = app;
  const region = document.getElementById("panel-diagnosis");
  const standing = h("p", { class: "hint" });
  const applied = h("div", { class: "applied", hidden: true });
  const list = h("div", { class: "findings" });
  region.replaceChildren(h("div", { class: "diagnosis" }, applied, standing, list));

  let known = new Set();
  let shown = "";
  let treated = null;

  function show(answer) {
    const { findings } = answer;
    announceNew(findings);
    count(t, findings.length);
    standing.textContent = standingOf(app, answer);
    // Buttons in use are not to be torn away by an answer that says the same.
    const text = JSON.stringify(findings);
    if (text === shown) return;
    shown = text;
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.code : null;
    list.replaceChildren(...findings.map((finding) => findingOf(app, finding, apply)));
    if (focused) list.querySelector(`button[data-code="${CSS.escape(focused)}"]`)?.focus();
  }

  function announceNew(findings) {
    // Said in one go: of two announcements in a row only the second would be read.
    const titles = fresh(known, findings).map(({ title }) => t("diagnosis.new", { title }));
    if (titles.length) app.announce(titles.join(" "));
    known = new Set(findings.map(({ code }) => code));
  }

  async function apply(finding, remedy) {
    const state = store.get("state") ?? {};
    const goesOn = state.running || Boolean(state.ended);
    const designed = await app.request("remedy", {
      finding: finding.number, remedy: remedy.number, code: finding.code,
    });
    if (!designed) return;
    treated = { design: designed.design, remedy };
    showApplied();
    app.announce(t("diagnosis.applied", { words: remedy.words }));
    applied.querySelector("button")?.focus();
    // Who saw a run fail wants to see whether it fails again.
    if (goesOn) await app.request("play");
  }

  function showApplied() {
    applied.hidden = !treated;
    if (!treated) return applied.replaceChildren();
    applied.replaceChildren(
      h("p", null, t("diagnosis.applied", { words: treated.remedy.words })),
      button(t("diagnosis.undo"), undo),
    );
  }

  async function undo() {
    if (!(await app.request("undo"))) return;
    treated = null;
    showApplied();
    app.announce(t("diagnosis.undone"));
    document.getElementById("tab-panel-diagnosis")?.focus();
  }

  store.subscribe(["designed"], () => {
    known = new Set();
    shown = "";
    list.replaceChildren();
    standing.textContent = "";
    count(t, 0);
    // Whatever was changed since, undo would take that back, not the remedy.
    const isOther = treated && JSON.stringify(store.get("design")) !== JSON.stringify(treated.design);
    if (isOther) treated = null;
    showApplied();
  });
  watch(app, show);
}

/** Where the run stands, in a sentence. */
function standingOf({ t }, { findings, epoch, current, ended }) {
  if (epoch === null) return current ? "" : t("diagnosis.looking");
  if (!epoch && !ended) return t("diagnosis.untrained");
  const after = epoch ? t.n("diagnosis.after", epoch) : t("diagnosis.within_first");
  if (findings.length) return after;
  if (ended) return `${after} ${t("diagnosis.healthy")}`;
  return `${after} ${t("diagnosis.healthy.so_far")}`;
}

/**
 * A finding with its remedies.
 * @param {Object} app @param {Object} finding @param {(finding: Object, remedy: Object) => void} apply
 */
function findingOf({ t }, finding, apply) {
  const heading = freshId("finding");
  return h(
    "article",
    { class: "finding", "aria-labelledby": heading },
    h("h3", { id: heading }, finding.title),
    h("p", null, t("diagnosis.cause", { cause: finding.cause })),
    h("ul", null, finding.lines.map((line) => h("li", null, line))),
    finding.remedies.map((remedy) =>
      h(
        "div",
        { class: "remedy" },
        h("p", null, t("diagnosis.remedy", { words: remedy.words })),
        remedy.applies &&
          button(t("diagnosis.apply"), () => apply(finding, remedy), {
            class: "primary", "aria-describedby": heading, "data-code": finding.code,
          }),
      ),
    ),
  );
}

/** How many findings there are, at the tab: seen from whatever tab is open. */
function count(t, number) {
  const tab = document.getElementById("tab-panel-diagnosis");
  if (!tab) return;
  tab.querySelector(".tab-count")?.remove();
  if (!number) return;
  tab.append(
    h(
      "span",
      { class: "tab-count" },
      h("span", { "aria-hidden": "true" }, String(number)),
      h("span", { class: "unseen" }, ` ${t.n("diagnosis.count", number)}`),
    ),
  );
}
