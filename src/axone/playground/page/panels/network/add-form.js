// Which kind of layer is to be added: those that suit the data first, the others behind them.

import { button, h } from "../../core/elements.js";
import { called } from "../../core/settings.js";
import { kindsFor } from "./edits.js";

/**
 * @param {Object} app
 * @param {number} at among the hidden layers
 * @param {{insert: (at: number, kind: string) => void, close: () => void}} actions
 * @returns {Node[]}
 */
export function addForm(app, at, { insert, close }) {
  const { t, store } = app;
  const names = (store.get("catalogue")?.layers ?? []).map((member) => member.name ?? member);
  const kinds = kindsFor(names.length ? names : ["dense", "dropout", "batch_norm"], store.get("designed")?.data?.kind ?? "table");
  const chips = (wanted) =>
    kinds.filter(({ suits }) => suits === wanted).map(({ name }) => button(called(t, "layers", name), () => insert(at, name), { class: "network-chip" }));
  const others = chips(false);
  return [
    h(
      "div",
      { class: "network-editor-head" },
      h("h3", null, at === 0 ? t("network.add.first") : t("network.add.after", { number: at })),
      button("×", close, { class: "quiet", label: t("network.close") }),
    ),
    h("div", { class: "network-chips", role: "group", "aria-label": t("network.add.kinds"), data: { place: "network.add" } }, chips(true)),
    others.length > 0 && h("details", null, h("summary", null, t("network.add.others")), h("div", { class: "network-chips" }, others)),
  ].filter(Boolean);
}
