/*
 * Canvases of the document: sharp at every density of pixels, described in words, and drawn
 * again when their size or the colours change. The only file here that knows the document; what is
 * drawn comes from the others.
 */

import { palette } from "../core/colors.js";

/**
 * Size a canvas's pixels to what the screen has, and hand out a context in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D}
 */
export function fitted(canvas, width, height) {
  const density = Math.min(3, globalThis.devicePixelRatio || 1);
  const [wide, tall] = [Math.max(1, Math.round(width * density)), Math.max(1, Math.round(height * density))];
  if (canvas.width !== wide || canvas.height !== tall) {
    canvas.width = wide;
    canvas.height = tall;
    canvas.style.setProperty("width", `${width}px`);
    canvas.style.setProperty("height", `${height}px`);
  }
  const context = canvas.getContext("2d");
  context.setTransform(wide / width, 0, 0, tall / height, 0, 0);
  return context;
}

/**
 * Pixels as something that can be drawn, on a canvas of their own or a given one.
 * @param {import("./raster.js").Pixels} pixels
 * @param {HTMLCanvasElement} [canvas]
 * @returns {HTMLCanvasElement}
 */
export function toImage(pixels, canvas = document.createElement("canvas")) {
  if (canvas.width !== pixels.width || canvas.height !== pixels.height) {
    canvas.width = pixels.width;
    canvas.height = pixels.height;
  }
  canvas.getContext("2d").putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0);
  return canvas;
}

/**
 * Tell of an element's width whenever it changes.
 * @param {Element} element
 * @param {(width: number, height: number) => void} told
 * @param {AbortSignal} [signal]
 */
export function watchSize(element, told, signal) {
  const observer = new ResizeObserver((entries) => {
    const { width, height } = entries[entries.length - 1].contentRect;
    told(width, height);
  });
  observer.observe(element);
  signal?.addEventListener("abort", () => observer.disconnect());
}

/**
 * @typedef {import("./color.js").Colors} Colors
 */

/** What drawing functions call the page's colours. @returns {Colors} */
export function pageColors() {
  const page = palette();
  return {
    paper: page.paper,
    ink: page.ink,
    muted: page.muted,
    line: page.line,
    accent: page.accent,
    positive: page.vermilion,
    negative: page.blue,
    warning: page.purple,
    classes: page.classes,
    series: [page.blue, page.orange, page.green, page.vermilion, page.purple],
  };
}

/**
 * The page's colours, read once and again when they change.
 * @param {() => void} changed
 * @param {AbortSignal} [signal]
 * @returns {() => Colors}
 */
export function watchColors(changed, signal) {
  let known = null;
  const forget = () => {
    known = null;
    changed();
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", forget, { signal });
  const observer = new MutationObserver(forget);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "data-theme"] });
  signal?.addEventListener("abort", () => observer.disconnect());
  return () => (known ??= pageColors());
}

const LABEL_PAUSE = 1000;

/**
 * A function that is run at most once a second however often it is called, and once more at the end
 * if it was called meanwhile; the newest argument counts.
 * @template T
 * @param {(newest: T) => void} run
 * @returns {(newest: T) => void}
 */
export function onceASecond(run) {
  let newest;
  let waiting = 0;
  let last = -Infinity;
  const now = () => {
    waiting = 0;
    last = performance.now();
    run(newest);
  };
  return (argument) => {
    newest = argument;
    if (waiting) return;
    const due = last + LABEL_PAUSE - performance.now();
    if (due <= 0) now();
    else waiting = setTimeout(now, due);
  };
}

/**
 * A function that says in words what a canvas shows, at most once a second; the newest words win.
 * @param {Element} canvas
 * @returns {(words: () => string) => void}
 */
export function describer(canvas) {
  return onceASecond((words) => {
    const text = words();
    if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text);
  });
}
