// What stands in an SVG file: numbers, colours, fonts and texts, written so that every viewer reads
// them, and nothing of a text becomes a mark of the file.

/** A number with two decimals at most. @param {number} value */
export function round(value) {
  const rounded = Math.round(value * 100) / 100;
  return Number.isFinite(rounded) ? String(rounded === 0 ? 0 : rounded) : "0";
}

const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

// Control characters and halves of characters, which no XML may hold.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A text within XML. @param {any} text */
export const escaped = (text) =>
  String(text)
    .replace(FORBIDDEN, "\ufffd")
    .replace(/[&<>"]/g, (mark) => MARKS[mark]);

/**
 * A CSS colour as every viewer knows it, and how much of it covers.
 * @param {string} style such as "#1f2123", "#1f212380", "rgb(1 2 3 / 0.5)", "rgba(1, 2, 3, 0.5)"
 * @param {number} alpha
 */
export function opaque(style, alpha) {
  const text = String(style).trim();
  const long = /^#([0-9a-f]{6})([0-9a-f]{2})?$/i.exec(text);
  if (long) return { color: `#${long[1]}`, alpha: alpha * (long[2] ? Number.parseInt(long[2], 16) / 255 : 1) };
  const parts = /^rgba?\(([^)]*)\)$/i.exec(text);
  if (!parts) return text === "transparent" ? { color: "none", alpha } : { color: text, alpha };
  const [red, green, blue, own = 1] = parts[1].split(/[\s,/]+/).filter(Boolean).map(amount);
  const hex = [red, green, blue].map((value) => Math.max(0, Math.min(255, Math.round(value))).toString(16).padStart(2, "0"));
  return { color: `#${hex.join("")}`, alpha: alpha * own };
}

const amount = (word) => (word.endsWith("%") ? Number.parseFloat(word) / 100 : Number.parseFloat(word));

/**
 * The parts of a canvas's font, such as "600 12px system-ui, sans-serif".
 * @param {string} font
 * @returns {{size: number, family: string, weight: string|null, style: string|null}}
 */
export function fontOf(font) {
  const found = /^(.*?)([\d.]+)px(?:\/\S+)?\s+(.*)$/.exec(font);
  if (!found) return { size: 10, family: "sans-serif", weight: null, style: null };
  const words = found[1].trim().split(/\s+/);
  return {
    size: Number.parseFloat(found[2]),
    family: found[3].replaceAll('"', "'"),
    weight: words.find((word) => /^(bold|bolder|lighter|[1-9]00)$/.test(word)) ?? null,
    style: words.find((word) => word === "italic" || word === "oblique") ?? null,
  };
}
