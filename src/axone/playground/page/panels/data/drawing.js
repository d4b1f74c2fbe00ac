// A place to draw a digit and see what the network says of it, by mouse, finger or keyboard: arrows
// move the pen, Space lowers and lifts it.

import { palette } from "../../core/colors.js";
import { button, h } from "../../core/elements.js";
import { latest } from "../../core/latest.js";
import { frameOf, rasterise } from "./raster.js";

const SIZE = 200;
const STEP = SIZE / 20;
const AGAIN = 300; // milliseconds between two answers while the network learns
const MOST_POINTS = 2000;
const SHOWN = 10;

/** @param {Object} app */
export function drawing(app) {
  const { t, store, numbers } = app;
  const canvas = h("canvas", {
    class: "draw", width: SIZE, height: SIZE, tabindex: "0", role: "application",
    "aria-label": t("data.draw.canvas"), "aria-roledescription": t("data.draw.role"),
  });
  const seen = h("canvas", { class: "draw-seen", role: "img", "aria-label": t("data.draw.seen") });
  const answers = h("ol", { class: "draw-answers", "aria-label": t("data.draw.answers") });
  const clear = button(t("data.draw.clear"), () => begin());
  const details = h(
    "details",
    { hidden: true, class: "drawing" },
    h("summary", null, t("data.draw")),
    h("div", { class: "settings" }, h("p", { class: "hint" }, t("data.draw.hint")), h("div", { class: "draw-row" }, canvas, seen), clear, answers),
  );
  let strokes = [];
  let pen = { x: SIZE / 2, y: SIZE / 4, down: false, shown: false };
  let asked = 0;
  const frame = () => frameOf(store.get("designed")?.data ?? { shape: [] });

  const predict = latest(async (values) => {
    try {
      const answer = await app.ask("predict", { values });
      // What was cleared away meanwhile has no answer.
      if (strokes.length) showAnswer(answer);
    } catch (error) {
      answers.replaceChildren(h("li", { class: "hint" }, error.words || t("core.lost")));
    }
  });

  function begin() {
    strokes = [];
    pen = { ...pen, down: false };
    answers.replaceChildren();
    paint();
  }

  function extend(x, y, fresh) {
    if (fresh || !strokes.length) strokes.push([]);
    if (strokes.flat().length < MOST_POINTS) strokes.at(-1).push([x, y]);
    paint();
    ask();
  }

  function ask() {
    const size = frame();
    const image = size && rasterise(strokes, size);
    if (!image) return;
    paintSeen(seen, image, size);
    asked = performance.now();
    predict(Array.from(image, (share) => share * size.most));
  }

  function showAnswer(answer) {
    const classes = store.get("designed")?.data.classes;
    if (answer?.probabilities && classes) {
      const likely = answer.probabilities
        .map((share, index) => ({ share, name: classes[index] }))
        .sort((one, other) => other.share - one.share)
        .slice(0, SHOWN);
      answers.replaceChildren(
        ...likely.map(({ share, name }) =>
          h("li", null, h("span", { class: "draw-name" }, name), h("span", { class: "draw-bar", style: { "--share": share } }), h("span", null, numbers.share(share))),
        ),
      );
    } else if (typeof answer?.value === "number") {
      answers.replaceChildren(h("li", null, numbers.short(answer.value)));
    }
  }

  function paint() {
    const context = canvas.getContext("2d");
    const colors = palette();
    context.clearRect(0, 0, SIZE, SIZE);
    context.strokeStyle = colors.ink;
    context.lineWidth = SIZE / 14;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of strokes) {
      context.beginPath();
      stroke.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
      if (stroke.length === 1) context.lineTo(stroke[0][0] + 0.1, stroke[0][1]);
      context.stroke();
    }
    if (!pen.shown) return;
    context.lineWidth = 2;
    context.strokeStyle = context.fillStyle = colors.accent;
    context.beginPath();
    context.arc(pen.x, pen.y, 6, 0, 2 * Math.PI);
    if (pen.down) context.fill();
    else context.stroke();
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIZE, ((event.clientY - box.top) / box.height) * SIZE];
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.shown = false;
    extend(...place(event), true);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) extend(...place(event), false);
  });
  canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    pen.shown = true;
    if (move) {
      pen.x = Math.max(0, Math.min(SIZE, pen.x + move[0] * STEP));
      pen.y = Math.max(0, Math.min(SIZE, pen.y + move[1] * STEP));
      if (pen.down) extend(pen.x, pen.y, false);
    } else if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) extend(pen.x, pen.y, true);
      app.announce(pen.down ? t("data.draw.down") : t("data.draw.up"));
    } else if (event.key === "Delete" || event.key === "Backspace") begin();
    else return;
    event.preventDefault();
    paint();
  });
  canvas.addEventListener("focus", () => {
    pen.shown = canvas.matches(":focus-visible");
    paint();
  });
  canvas.addEventListener("blur", () => {
    pen.shown = false;
    paint();
  });

  store.subscribe(["designed", "theme"], () => {
    const size = frame();
    details.hidden = !size;
    if (size && [seen.width, seen.height].join() !== [size.width, size.height].join()) {
      [seen.width, seen.height] = [size.width, size.height];
    }
    paint();
    if (strokes.length) ask();
  });
  store.subscribe(["state"], () => {
    if (details.open && strokes.length && performance.now() - asked > AGAIN) ask();
  });
  return details;
}

/** The image as the network gets it, a pixel a number. */
function paintSeen(canvas, image, { width, height }) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  image.forEach((share, index) => {
    pixels.data.fill(Math.round(255 * share), 4 * index, 4 * index + 3);
    pixels.data[4 * index + 3] = 255;
  });
  context.putImageData(pixels, 0, 0);
}
