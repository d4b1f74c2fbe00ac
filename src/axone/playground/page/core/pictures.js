// Pictures to take away. Whatever a panel draws it may add here by name; as a PNG at twice the size
// or as an SVG it is drawn anew, on light paper, by the same function that draws it on the page.

import { createSvgContext } from "../draw/svg_context.js";
import { pageColors } from "../draw/canvas.js";
import { button, h } from "./elements.js";

/**
 * @typedef {Object} Picture
 * @property {string} [title] of those that have no words here
 * @property {number} width in CSS pixels; 0 while there is nothing to be seen
 * @property {number} height
 * @property {(context: CanvasRenderingContext2D, colors: Object) => void} draw given the palette of
 *   light paper, as `pageColors` names it (draw/canvas.js)
 */

const TITLES = {
  network: "code.picture.network",
  surface: "code.picture.surface",
  curves: "code.picture.curves",
  details: "code.picture.details",
};

const DENSITY = 2;
const MARGIN = 12; // of paper around a picture

/** All pictures of the page. */
export function createPictures() {
  /** @type {Map<string, Picture>} */
  const known = new Map();
  const listeners = new Set();
  const tell = () => listeners.forEach((listener) => listener());
  return {
    /**
     * @param {string} name such as "network", "curves"
     * @param {Picture} picture may have getters, for sizes that change
     * @returns {() => void} takes it away
     */
    add(name, picture) {
      known.set(name, picture);
      tell();
      return () => {
        if (known.get(name) !== picture) return;
        known.delete(name);
        tell();
      };
    },
    names: () => [...known.keys()],
    get: (name) => known.get(name),
    /** Be told now and whenever there are others. */
    subscribe(listener) {
      listeners.add(listener);
      listener();
      return () => listeners.delete(listener);
    },
  };
}

/** The colours of light paper, as drawings call them, whatever the page has. */
export function paperColors(root = document.documentElement) {
  const theme = root.dataset.theme;
  root.dataset.theme = "light";
  const colors = pageColors();
  if (theme === undefined) delete root.dataset.theme;
  else root.dataset.theme = theme;
  return colors;
}

/** A picture as the text of an SVG file. @param {Picture} picture @param {string} title */
export function svgOf(picture, title, colors = paperColors()) {
  const ruler = document.createElement("canvas").getContext("2d");
  const measure = (text, font) => {
    ruler.font = font;
    return ruler.measureText(text).width;
  };
  const context = createSvgContext(picture.width, picture.height, { measure, encode: pngOf, margin: MARGIN });
  picture.draw(context, colors);
  return context.toText({ title, ground: colors.paper });
}

/** A picture as the content of a PNG file. @param {Picture} picture @returns {Promise<Blob>} */
export function pngFileOf(picture, colors = paperColors()) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil((picture.width + 2 * MARGIN) * DENSITY);
  canvas.height = Math.ceil((picture.height + 2 * MARGIN) * DENSITY);
  const context = canvas.getContext("2d");
  context.setTransform(DENSITY, 0, 0, DENSITY, MARGIN * DENSITY, MARGIN * DENSITY);
  context.save();
  picture.draw(context, colors);
  context.restore();
  // Drawings begin by clearing their ground: the paper comes behind them at the end.
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = colors.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function pngOf(image, part) {
  if (!part && image.toDataURL) return image.toDataURL("image/png");
  const [left, top, width, height] = part ?? [0, 0, image.width, image.height];
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  canvas.getContext("2d").drawImage(image, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

/** Have the browser keep a file. @param {Blob} blob @param {string} name */
export function keepFile(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * Have the browser keep a picture.
 * @param {Object} app @param {string} name @param {"png"|"svg"} kind
 */
export async function keepPicture(app, name, kind) {
  const picture = app.pictures.get(name);
  if (!picture?.width || !picture.height) {
    app.announce(app.t("code.pictures.empty"));
    return;
  }
  const file = `${fileName(app, name)}.${kind}`;
  const blob =
    kind === "svg" ? new Blob([svgOf(picture, titleOf(app, name))], { type: "image/svg+xml" }) : await pngFileOf(picture);
  keepFile(blob, file);
  app.announce(app.t("code.pictures.kept", { name: file }));
}

/** What a picture is called. */
export function titleOf({ pictures, t }, name) {
  return pictures.get(name)?.title ?? (TITLES[name] ? t(TITLES[name]) : name);
}

function fileName({ store }, name) {
  const { designed, state } = { designed: store.get("designed"), state: store.get("state") };
  const words = [designed?.data?.name, name.replaceAll(".", "-"), state?.looking_back ?? state?.epoch];
  return words
    .filter((word) => word !== undefined && word !== null && word !== "")
    .join("-")
    .replace(/[^\p{L}\p{N}_-]+/gu, "-");
}

/**
 * Put a small menu behind a heading that keeps the pictures of its panel; it is gone with the scope.
 * @param {Object} app @param {HTMLElement} heading @param {string[]} wanted names of pictures
 */
export function attachPictureMenu(app, heading, wanted) {
  const list = h("ul", { class: "picture-list" });
  const summary = h("summary", { "aria-label": app.t("code.pictures.of", { panel: heading.textContent }) }, "⤓");
  const menu = h("details", { class: "picture-menu", hidden: true }, summary, list);
  const close = () => (menu.open = false);
  const keep = (name, kind) => () => {
    close();
    summary.focus();
    keepPicture(app, name, kind);
  };
  const end = app.pictures.subscribe(() => {
    const names = app.pictures.names().filter((name) => wanted.includes(name));
    menu.hidden = !names.length;
    list.replaceChildren(...names.map((name) => pictureItem(app, name, keep)));
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    close();
    summary.focus();
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !menu.contains(relatedTarget) && close());
  document.addEventListener("pointerdown", ({ target }) => !menu.contains(target) && close(), { signal: app.signal });
  heading.after(menu);
  app.signal.addEventListener("abort", () => {
    end();
    menu.remove();
  });
}

/** A picture's name and its two buttons, as an item of a list. */
export function pictureItem(app, name, keep) {
  const title = titleOf(app, name);
  const as = (kind) =>
    button(kind.toUpperCase(), keep(name, kind), {
      class: "plain", "aria-label": app.t("code.pictures.keep", { title, kind: kind.toUpperCase() }),
    });
  return h("li", null, h("span", null, title), as("png"), as("svg"));
}
