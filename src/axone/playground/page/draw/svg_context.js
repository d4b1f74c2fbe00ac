// A drawing context that writes SVG: the same calls as of a canvas, recorded as paths, texts and
// embedded images. It knows the part of CanvasRenderingContext2D that the drawings use, and nothing
// of the document: who makes one says how texts are measured and images written.

import { escaped, fontOf, opaque, round } from "./svg_text.js";

/** @typedef {[number, number, number, number]} Placing scale and shift: [sx, sy, dx, dy] */

const BEGINNING = {
  fillStyle: "#000000", strokeStyle: "#000000", lineWidth: 1, lineCap: "butt", lineJoin: "miter",
  font: "10px sans-serif", textAlign: "start", textBaseline: "alphabetic", globalAlpha: 1,
  imageSmoothingEnabled: true, imageSmoothingQuality: "low", lineDashOffset: 0,
};

const ANCHORS = { center: "middle", right: "end", end: "end" };

// By how many of its sizes a text's line lies below the place it is written at: viewers differ in
// what they make of `dominant-baseline`.
const BASELINES = { middle: 0.35, top: 0.78, hanging: 0.78, bottom: -0.22, ideographic: -0.22 };

/**
 * @param {number} width @param {number} height
 * @param {{measure?: (text: string, font: string) => number, encode?: (image: any, part?: number[]) => string, margin?: number}} [how]
 *   `encode`: an image, or a part of it (x, y, width, height), as the address of its data; `margin`:
 *   of the ground around the drawing
 * @returns {Object} a context, with `toText({title, ground})`
 */
export function createSvgContext(width, height, { measure = roughly, encode = () => "", margin = 0 } = {}) {
  let elements = [];
  let ground = "#ffffff";
  /** @type {Placing} */
  let placing = [1, 1, 0, 0];
  let dash = [];
  let path = [];
  let begun = false; // whether the path has a point that a line can go on from
  const saved = [];

  const x = (value) => value * placing[0] + placing[2];
  const y = (value) => value * placing[1] + placing[3];
  const size = () => Math.sqrt(Math.abs(placing[0] * placing[1]));
  const to = (letter, ...points) => path.push(`${letter}${points.map(round).join(" ")}`);

  const context = {
    ...BEGINNING,

    save() {
      const state = Object.fromEntries(Object.keys(BEGINNING).map((name) => [name, context[name]]));
      saved.push({ state, placing, dash });
    },
    restore() {
      const last = saved.pop();
      if (!last) return;
      Object.assign(context, last.state);
      ({ placing, dash } = last);
    },
    translate(dx, dy) {
      placing = [placing[0], placing[1], x(dx), y(dy)];
    },
    scale(sx, sy) {
      placing = [placing[0] * sx, placing[1] * sy, placing[2], placing[3]];
    },
    setTransform(sx, _b, _c, sy, dx, dy) {
      placing = [sx, sy, dx, dy];
    },
    setLineDash(segments) {
      dash = [...segments];
    },
    getLineDash: () => [...dash],

    beginPath() {
      path = [];
      begun = false;
    },
    moveTo(px, py) {
      to("M", x(px), y(py));
      begun = true;
    },
    lineTo(px, py) {
      to(begun ? "L" : "M", x(px), y(py));
      begun = true;
    },
    bezierCurveTo(ax, ay, bx, by, px, py) {
      if (!begun) to("M", x(ax), y(ay));
      to("C", x(ax), y(ay), x(bx), y(by), x(px), y(py));
      begun = true;
    },
    rect(left, top, wide, high) {
      to("M", x(left), y(top));
      to("L", x(left + wide), y(top));
      to("L", x(left + wide), y(top + high));
      to("L", x(left), y(top + high));
      context.closePath();
    },
    arc(cx, cy, radius, from, until, backwards = false) {
      addArc(cx, cy, radius, from, until, backwards);
    },
    closePath() {
      if (path.length) path.push("Z");
    },

    fill(rule) {
      paintPath(path, { fill: context.fillStyle, rule });
    },
    stroke() {
      paintPath(path, { stroke: context.strokeStyle });
    },
    fillRect(left, top, wide, high) {
      box(left, top, wide, high, context.fillStyle, context.globalAlpha);
    },
    strokeRect(left, top, wide, high) {
      const own = path;
      path = [];
      context.rect(left, top, wide, high);
      context.stroke();
      path = own;
    },
    clearRect(left, top, wide, high) {
      const covers = x(left) <= 0 && y(top) <= 0 && x(left + wide) >= width && y(top + high) >= height;
      if (covers) elements = [];
      else box(left, top, wide, high, null, 1);
    },

    fillText(text, px, py, most) {
      const font = fontOf(context.font);
      const { color, alpha } = opaque(context.fillStyle, context.globalAlpha);
      const own = size();
      const fits = most === undefined || measure(text, context.font) <= most;
      const attributes = {
        x: x(px),
        y: y(py) + (BASELINES[context.textBaseline] ?? 0) * font.size * own,
        fill: color,
        "fill-opacity": alpha,
        "font-family": font.family,
        "font-size": font.size * own,
        "font-weight": font.weight,
        "font-style": font.style,
        "text-anchor": ANCHORS[context.textAlign] ?? null,
        textLength: fits ? null : most * own,
        lengthAdjust: fits ? null : "spacingAndGlyphs",
      };
      elements.push(tag("text", attributes, escaped(text)));
    },
    measureText: (text) => ({ width: measure(String(text), context.font) }),

    drawImage(image, ...where) {
      const part = where.length === 8 ? where.slice(0, 4) : undefined;
      const [left, top, wide = image.width, high = image.height] = part ? where.slice(4) : where;
      elements.push(
        tag("image", {
          x: Math.min(x(left), x(left + wide)),
          y: Math.min(y(top), y(top + high)),
          width: Math.abs(wide * placing[0]),
          height: Math.abs(high * placing[1]),
          preserveAspectRatio: "none",
          opacity: context.globalAlpha,
          "image-rendering": context.imageSmoothingEnabled ? null : "pixelated",
          href: encode(image, part),
        }),
      );
    },

    /** The picture. @param {{title?: string, ground?: string}} [options] @returns {string} */
    toText(options = {}) {
      ground = options.ground ?? ground;
      const title = options.title ? `<title>${escaped(options.title)}</title>` : "";
      const body = elements.map((element) => (typeof element === "function" ? element() : element));
      const [wide, high, edge] = [width + 2 * margin, height + 2 * margin, -margin].map(round);
      return (
        `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" ` +
        `viewBox="${edge} ${edge} ${wide} ${high}" role="img">${title}` +
        `<rect x="${edge}" y="${edge}" width="${wide}" height="${high}" fill="${escaped(ground)}"/>\n${body.join("\n")}\n</svg>\n`
      );
    },
  };

  function paintPath(drawn, { fill, stroke, rule }) {
    if (!drawn.length) return;
    const { color, alpha } = opaque(fill ?? stroke, context.globalAlpha);
    const own = size();
    const lines = stroke && {
      "stroke-width": context.lineWidth * own,
      "stroke-linecap": context.lineCap === "butt" ? null : context.lineCap,
      "stroke-linejoin": context.lineJoin === "miter" ? null : context.lineJoin,
      "stroke-dasharray": dash.length ? dash.map((length) => round(length * own)).join(" ") : null,
      "stroke-dashoffset": dash.length && context.lineDashOffset ? context.lineDashOffset * own : null,
    };
    elements.push(
      tag("path", {
        d: drawn.join(""),
        fill: fill ? color : "none",
        "fill-opacity": fill ? alpha : 1,
        "fill-rule": rule === "evenodd" ? rule : null,
        stroke: stroke ? color : null,
        "stroke-opacity": stroke ? alpha : 1,
        ...lines,
      }),
    );
  }

  function box(left, top, wide, high, style, alpha) {
    const [x0, x1] = [x(left), x(left + wide)].sort((a, b) => a - b);
    const [y0, y1] = [y(top), y(top + high)].sort((a, b) => a - b);
    const paint = style === null ? null : opaque(style, alpha);
    // What is cleared shows the ground, which is known only at the end.
    elements.push(() =>
      tag("rect", {
        x: x0, y: y0, width: x1 - x0, height: y1 - y0,
        fill: paint ? paint.color : ground, "fill-opacity": paint ? paint.alpha : 1,
      }),
    );
  }

  function addArc(cx, cy, radius, from, until, backwards) {
    const whole = Math.PI * 2;
    let turn = backwards ? from - until : until - from;
    turn = turn >= whole ? whole : ((turn % whole) + whole) % whole;
    const sign = backwards ? -1 : 1;
    const point = (angle) => [x(cx + radius * Math.cos(angle)), y(cy + radius * Math.sin(angle))];
    to(begun ? "L" : "M", ...point(from));
    begun = true;
    const mirrored = placing[0] * placing[1] < 0;
    const sweep = (sign > 0) !== mirrored ? 1 : 0;
    // An arc of SVG is known by its two ends: a circle has none, and of nearly half a circle a
    // hundredth of a pixel decides where its centre is. So it is made of thirds.
    const parts = Math.max(1, Math.ceil(turn / 2.1));
    for (let part = 1; part <= parts; part += 1) {
      const end = point(from + (sign * turn * part) / parts);
      to("A", Math.abs(radius * placing[0]), Math.abs(radius * placing[1]), 0, 0, sweep, ...end);
    }
  }

  return context;
}

function tag(name, attributes, content) {
  const told = Object.entries(attributes)
    .filter(([key, value]) => value !== null && value !== undefined && !(isShare(key) && value === 1))
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? round(value) : escaped(value)}"`)
    .join("");
  return content === undefined ? `<${name}${told}/>` : `<${name}${told}>${content}</${name}>`;
}

const isShare = (key) => key.endsWith("opacity");

/** A width as most typefaces have it, where nothing can be asked. */
const roughly = (text, font) => String(text).length * fontOf(font).size * 0.55;
