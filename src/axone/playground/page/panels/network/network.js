// The network panel: the drawing, a line about the unit that is looked at, and the form of the layer
// that is being changed. Every change is a new design; what is looked at never is.

import { watchColors, watchSize } from "../../draw/canvas.js";
import { h } from "../../core/elements.js";
import { soon } from "../../core/soon.js";
import { createDrawing } from "./drawing.js";
import { createEditor } from "./editor.js";
import { createInspector } from "./inspector.js";
import { hiddenLayers } from "./edits.js";
import { bar } from "./bar.js";

const MARKS = ["positive", "negative", "bias", "dead", "saturated"];

/** What lines and marks mean. @param {(key: string) => string} t */
function legend(t) {
  const words = {
    positive: t("network.legend.positive"), negative: t("network.legend.negative"),
    bias: t("network.legend.bias"), dead: t("network.legend.dead"), saturated: t("network.legend.saturated"),
  };
  return h("ul", { class: "network-legend" }, MARKS.map((name) => h("li", { class: name }, words[name])));
}

/** @param {Object} app */
export function panel(app) {
  const { store, t } = app;
  const region = document.getElementById("panel-network");
  const colors = watchColors(() => redraw(), app.signal);
  const inspector = createInspector(app);
  const editor = createEditor(app);
  const drawing = createDrawing(app, { colors, inspector, editor });
  const top = bar(app, editor);
  region.replaceChildren(
    top.element,
    drawing.element,
    legend(t),
    inspector.element,
    editor.element,
    h("p", { class: "hint network-keys" }, t("network.keys")),
  );
  const redraw = soon(() => drawing.paint());

  store.subscribe(["designed"], () => {
    const designed = store.get("designed");
    if (!designed) return;
    top.show(designed);
    editor.show(hiddenLayers(store.get("design") ?? designed.design, designed));
    drawing.build();
  });
  store.subscribe(["arrays", "selected"], redraw);
  watchSize(region, () => drawing.resized(), app.signal);
  app.pictures?.add("network", drawing.picture);
}
