// Which plane is looked at: two of the inputs, or the two first principal components.

import { choice, h } from "../../core/elements.js";

/**
 * @param {Object} app
 * @param {{through: (plane: Object | null) => Promise<any>, target: (target: number) => Promise<any>}} view
 */
export function planeChoice(app, view) {
  const { t, store } = app;
  const element = h("div", { class: "output-plane" });

  /** Fit the choices to the data and to the plane in view. */
  function show() {
    const plane = store.get("plane");
    const axes = store.get("view")?.columns ?? [];
    const inputs = store.get("designed")?.data?.inputs ?? [];
    const parts = [];
    if (plane?.kind !== "none" && axes.length >= 2 && inputs.length > 2) parts.push(...planes(axes, plane));
    const targets = store.get("view")?.targets ?? [];
    if (targets.length > 1) parts.push(labelled(t("output.target"), targets, view.shown(), (i) => view.target(i)));
    if (same(parts)) return;
    const at = [...element.querySelectorAll("select")].indexOf(document.activeElement);
    element.replaceChildren(...parts);
    element.querySelectorAll("select")[at]?.focus();
    element.hidden = parts.length === 0;
  }

  let before = "";
  function same(parts) {
    const now = parts.map((part) => part.textContent + (part.querySelector("select")?.value ?? "")).join("|");
    if (now === before) return true;
    before = now;
    return false;
  }

  /** Only amounts may be axes: their places among the inputs are what the worker is asked for. */
  function planes(axes, plane) {
    const usual = [axes[0].place, axes[1].place];
    const columns = plane?.kind === "components" ? null : plane?.columns ?? usual;
    const kind = labelled(t("output.plane"), [t("output.plane.components"), t("output.plane.columns")], columns ? 1 : 0, (i) =>
      view.through(i === 0 ? { kind: "components" } : { kind: "columns", columns: columns ?? usual }),
    );
    if (!columns) return [kind];
    const axis = (which) =>
      labelled(t(which ? "output.plane.y" : "output.plane.x"), axes.map(({ name }) => name), placeAmong(axes, columns[which]), (at) => {
        const i = axes[at].place;
        const next = [...columns];
        // The column that stands on the other axis changes places with this one.
        if (next[1 - which] === i) next[1 - which] = next[which];
        next[which] = i;
        view.through({ kind: "columns", columns: next });
      });
    return [kind, axis(0), axis(1)];
  }

  const placeAmong = (axes, place) => axes.findIndex((axis) => axis.place === place);

  function labelled(label, titles, value, changed) {
    const select = choice(titles.map((title, i) => ({ value: String(i), title })), String(value), (text) => changed(Number(text)));
    return h("label", { class: "output-choice" }, h("span", null, label), select);
  }

  return { element, show };
}
