// The output panel: the answers over a plane, the curves, and what the network confuses or misses.
// What is asked of the worker is what is in view here.

import { watchColors, watchSize } from "../../draw/canvas.js";
import { h } from "../../core/elements.js";
import { soon } from "../../core/soon.js";
import { curvesView } from "./curves-view.js";
import { detailTabs } from "./detail-tabs.js";
import { surfaceView } from "./surface-view.js";
import { createView } from "./view.js";

/** @param {Object} app */
export function panel(app) {
  const { store } = app;
  const region = document.getElementById("panel-output");
  const colors = watchColors(() => redraw(), app.signal);
  const view = createView(app);
  const surface = surfaceView(app, { colors, view });
  const curves = curvesView(app, { colors });
  const details = detailTabs(app, { colors, view });
  const element = h("div", { class: "output" }, surface.element, h("div", { class: "output-second" }, curves.element, details.element));
  region.replaceChildren(element);
  const paint = () => {
    surface.paint();
    curves.paint();
    details.paint();
  };
  const redraw = soon(paint);

  let known = null;
  store.subscribe(["designed"], () => {
    const designed = store.get("designed");
    if (!designed || designed === known) return;
    known = designed;
    surface.designed(designed);
    details.designed(designed);
    view.ask();
    redraw();
  });
  store.subscribe(["shared_view"], () => {
    const plane = store.get("shared_view")?.plane;
    if (!plane) return;
    store.set({ shared_view: null });
    view.through(plane);
  });
  store.subscribe(["arrays", "curves", "plane", "selected", "row", "runs", "state"], redraw);
  watchSize(element, redraw, app.signal);
  app.pictures?.add("surface", surface.picture);
  app.pictures?.add("curves", curves.picture);
  app.pictures?.add("details", details.picture);
}
