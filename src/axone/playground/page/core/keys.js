// Keyboard shortcuts of the whole page, and the list of them. None acts while somebody types, and
// none takes a key away from the control that has the focus.

/** @typedef {{keys: string[], key: string, run: () => void}} Shortcut `key`: of the words that say what it does */

const TEXT_INPUTS = new Set([
  "text", "search", "number", "email", "url", "password", "tel", "date", "time", "month", "week", "datetime-local",
]);
const ARROWS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);
const OWN_ARROWS = new Set(["slider", "tab", "radio", "grid", "gridcell", "listbox", "option", "tree", "treeitem", "menuitem", "application"]);

/** Whether a key pressed at an element, with Ctrl or ⌘ (`mod`) or without, belongs to that element. */
export function belongsTo(element, key, mod = false) {
  if (!element) return false;
  const tag = element.tagName?.toLowerCase();
  const role = element.getAttribute?.("role");
  if (element.isContentEditable || tag === "textarea") return true;
  // A list takes letters to find its entries, but undoes nothing.
  if (tag === "select") return !mod;
  if (tag === "input" && TEXT_INPUTS.has(element.type)) return true;
  if (role === "textbox" || role === "application") return true;
  if (ARROWS.has(key)) {
    return OWN_ARROWS.has(role) || (tag === "input" && (element.type === "range" || element.type === "radio"));
  }
  if (key === " " || key === "Enter") {
    return ["button", "summary", "a", "input"].includes(tag) || ["button", "tab", "checkbox", "option"].includes(role);
  }
  return false;
}

/** "s", "shift+ArrowLeft", "mod+z": what was pressed; mod is Ctrl, on a Mac ⌘. */
export function pressed(event) {
  const letter = event.key.length === 1;
  const key = letter ? event.key.toLowerCase() : event.key;
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  // Shift is part of signs such as "?", but says something of its own of letters and arrows.
  const shift = event.shiftKey && (!letter || /[a-z]/.test(key)) ? "shift+" : "";
  return `${mod}${event.altKey ? "alt+" : ""}${shift}${key}`;
}

/** @param {EventTarget} target usually the document */
export function createKeys(target) {
  /** @type {Set<Shortcut>} */
  const shortcuts = new Set();

  target.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || belongsTo(event.target, event.key, event.ctrlKey || event.metaKey)) return;
    if (event.target.closest?.("dialog[open]")) return;
    const name = pressed(event);
    for (const shortcut of [...shortcuts].reverse()) {
      if (shortcut.keys.includes(name)) {
        event.preventDefault();
        shortcut.run(event);
        return;
      }
    }
  });

  return {
    /**
     * @param {string|string[]} keys such as "s" or ["mod+shift+z", "mod+y"]
     * @param {string} key of the words that say what it does
     * @param {(event: KeyboardEvent) => void} run
     * @returns {() => void} takes it away
     */
    add(keys, key, run) {
      const shortcut = { keys: [keys].flat(), key, run };
      shortcuts.add(shortcut);
      return () => shortcuts.delete(shortcut);
    },
    /** All of them, in the order in which they were added. */
    list: () => [...shortcuts].map(({ keys, key }) => ({ keys, key })),
  };
}
