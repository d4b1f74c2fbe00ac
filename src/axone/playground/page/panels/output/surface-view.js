// The surface in the document: its canvas, which the pointer and the arrow keys read out, the map of
// the unit that is selected in its place, and what the colours and shapes mean.

import { describer, fitted, toImage } from "../../draw/canvas.js";
import { divergingRamp } from "../../draw/color.js";
import { aroundZero, paintChannel } from "../../draw/raster.js";
import { drawLines, linesFrame } from "../../draw/lines.js";
import { drawSurface, nearestPoint, surfaceFrame } from "../../draw/surface.js";
import { button, h } from "../../core/elements.js";
import { mapOf } from "../network/model.js";
import { legend } from "./legend-view.js";
import { lineData } from "./line-data.js";
import { planeChoice } from "./plane-choice.js";
import { PARTS, placeOf, pointWords, pointsOf } from "./points.js";
import { surfaceKeys } from "./surface-keys.js";
import { colorOn, numberScale, surfacePixels } from "./surface-image.js";
import { surfaceWords } from "./spoken.js";

const MARGINS = { left: 46, top: 22, right: 8, bottom: 40 };

/**
 * @param {Object} app
 * @param {{colors: () => Object, view: Object}} parts
 */
export function surfaceView(app, { colors, view }) {
  const { t, store, numbers } = app;
  const canvas = h("canvas", { class: "output-surface", role: "img", tabindex: 0 });
  const hint = h("p", { class: "output-point" });
  const none = h("p", { class: "hint", hidden: true });
  const plane = planeChoice(app, view);
  const box = h("input", { type: "checkbox", on: { change: () => paint() } });
  const back = button(t("output.unit.back"), () => store.set({ selected: null }), { class: "plain" });
  const caption = h("div", { class: "output-caption", hidden: true }, h("strong"), back);
  const key = legend(app, colors);
  const frameBox = h("div", { class: "output-frame" }, canvas);
  const tools = h("div", { class: "output-tools" }, plane.element, h("label", { class: "output-check" }, box, h("span", null, t("output.discretise"))));
  const element = h("section", { class: "output-plane-part", "aria-label": t("output.surface") }, tools, caption, none, frameBox, hint, key.element);
  const describe = describer(canvas);
  let image = null;
  let painted = { array: null, discretise: null, colors: null, pixels: null, scale: null };
  let current = null;
  let hovered = null;
  let classes = null;

  function designed({ data }) {
    classes = data.classes;
    image = null;
    painted = { array: null };
    hovered = null;
  }

  const size = () => {
    const width = Math.max(160, frameBox.clientWidth || 320);
    const wide = Math.min(width, 620);
    return { width: wide, height: Math.round(wide - MARGINS.left - MARGINS.right + MARGINS.top + MARGINS.bottom) };
  };

  /** All that is drawn now, or null where there is nothing to draw on. */
  function content(look, fresh = false) {
    const arrays = store.get("arrays") ?? new Map();
    const known = store.get("plane");
    const points = pointsOf(arrays);
    if (!known?.ranges || known.ranges.length < 1 || known.kind === "none") return null;
    const selected = hovered ?? placeOf(points, store.get("row"));
    if (known.ranges.length === 1) {
      return { line: lineData(app, known, arrays, points && { ...points, selected }, look, classes), points, selected };
    }
    const unit = unitContent(arrays, look);
    const kind = arrays.get("surface");
    const count = kind?.kind ? (kind.kind === "classes" ? classes?.length ?? kind.classes ?? 2 : 0) : classes?.length ?? 0;
    const own = unit ?? surfaceContent(arrays, look, count);
    return {
      plane: { names: known.names, x: known.ranges[0], y: known.ranges[1] },
      image: own.pixels ? (fresh ? toImage(own.pixels) : own.image) : null,
      crisp: false,
      points: unit?.hidePoints ? null : points,
      classes: count,
      scale: own.scale,
      unit: unit?.name ?? null,
      colorOf: pointColors(count, own.scale, points, look),
      selected,
      format: (value) => numbers.short(value),
      margins: MARGINS,
    };
  }

  function pointColors(count, scale, points, look) {
    if (count > 0) return (label) => look.classes[label % look.classes.length];
    const own = scale ?? (points ? numberScale(Math.min(...points.labels), Math.max(...points.labels), look) : null);
    return (value) => (own ? colorOn(own, value) : look.accent);
  }

  function surfaceContent(arrays, look, count) {
    const array = arrays.get("surface");
    if (!array) return {};
    if (painted.array !== array || painted.discretise !== box.checked || painted.colors !== look) {
      painted = { array, discretise: box.checked, colors: look, ...surfacePixels(array, look, box.checked, count) };
      image = toImage(painted.pixels, image ?? undefined);
    }
    return { ...painted, image };
  }

  function unitContent(arrays, look) {
    const selected = store.get("selected");
    const map = selected && arrays.has(`units.${selected.layer}`) && mapOf(arrays, selected.layer, selected.unit);
    if (!map) return null;
    const scale = { table: divergingRamp(look), places: aroundZero(map.low, map.high), low: map.low, high: map.high };
    const pixels = paintChannel(map.bytes, map.rows, map.columns, scale.places, scale.table);
    unitCanvas = toImage(pixels, unitCanvas ?? undefined);
    return { pixels, image: unitCanvas, scale, name: unitTitle(selected) };
  }
  let unitCanvas = null;

  function unitTitle({ layer, unit }) {
    const network = store.get("designed")?.network ?? [];
    if (layer === "input") return t("output.unit.input", { name: store.get("designed")?.data?.inputs?.[unit] ?? String(unit + 1) });
    const last = network.length > 0 && network[network.length - 1].layer === layer;
    return last ? t("output.unit.output", { unit: unit + 1 }) : t("output.unit", { layer: Number(layer) + 1, unit: unit + 1 });
  }

  function paint() {
    plane.show();
    const look = colors();
    current = content(look);
    frameBox.hidden = !current;
    tools.hidden = !current || Boolean(current.line);
    none.hidden = Boolean(current);
    if (!current) {
      none.textContent = obstacle();
      caption.hidden = true;
      key.show(null);
      return;
    }
    const own = size();
    const context = fitted(canvas, own.width, own.height);
    if (current.line) drawLines(context, current.line, own, look);
    else drawSurface(context, current, own, look);
    caption.hidden = !current.unit;
    if (current.unit) caption.firstChild.textContent = current.unit;
    key.show({ classes: classes ?? null, scale: current.scale ?? null, unit: Boolean(current.unit), points: current.points, count: current.classes, target: store.get("view")?.target || store.get("designed")?.data?.target });
    describe(() => surfaceWords(app, store.get("plane"), current, classes));
    showHint();
  }

  function obstacle() {
    const said = store.get("view")?.left_out?.surface ?? store.get("designed")?.views?.left_out?.surface;
    return said ?? (store.get("plane")?.kind === "none" ? t("output.no_plane") : t("output.waiting"));
  }

  function showHint() {
    const i = current?.selected ?? null;
    hint.textContent = i !== null && current.points ? pointWords(app, current.points, i, classes) : t("output.hint");
    hint.classList.toggle("quiet", i === null);
  }

  const frame = () => {
    const own = size();
    return current?.line ? linesFrame(current.line.curves, own, current.line) : current?.plane ? surfaceFrame(current.plane, own, MARGINS) : null;
  };

  function pick(i, say) {
    const { points } = current;
    store.set({ row: { part: PARTS[points.parts[i]] ?? "train", number: points.numbers[i] } });
    if (say) app.announce(pointWords(app, points, i, classes));
  }

  canvas.addEventListener("pointermove", (event) => {
    if (!current?.points) return;
    const found = nearestPoint(current.points, frame(), event.offsetX, event.offsetY);
    canvas.classList.toggle("over-point", found !== null);
    if (found === hovered) return;
    hovered = found;
    paint();
  });
  canvas.addEventListener("pointerleave", () => {
    hovered = null;
    paint();
  });
  canvas.addEventListener("click", (event) => {
    if (!current?.points) return;
    const found = nearestPoint(current.points, frame(), event.offsetX, event.offsetY, 20);
    if (found !== null) pick(found, true);
  });
  surfaceKeys(canvas, { current: () => current, frame, pick, leave: () => store.set(store.get("selected") ? { selected: null } : { row: null }) });

  const picture = {
    get width() {
      return size().width;
    },
    get height() {
      return size().height;
    },
    draw(context, look = colors()) {
      const drawn = content(look, true);
      painted = { array: null };
      if (drawn?.line) drawLines(context, drawn.line, size(), look);
      else if (drawn) drawSurface(context, drawn, size(), look);
    },
  };
  return { element, paint, designed, picture };
}
