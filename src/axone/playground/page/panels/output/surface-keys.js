// Keys of the surface: arrows go from point to point, Home and End to the first and the last, and
// Escape lets go of the row or of the unit's map.

import { neighbour } from "../../draw/surface.js";

const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {HTMLElement} canvas
 * @param {{current: () => Object | null, frame: () => Object | null, pick: (i: number, say: boolean) => void,
 *   leave: () => void}} surface
 */
export function surfaceKeys(canvas, { current, frame, pick, leave }) {
  canvas.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      leave();
    } else {
      const to = target(event.key);
      if (to === null) return;
      pick(to, true);
    }
    event.preventDefault();
    event.stopPropagation();
  });

  function target(key) {
    const shown = current();
    const count = shown?.points?.labels.length ?? 0;
    if (!count) return null;
    if (key === "Home") return 0;
    if (key === "End") return count - 1;
    const direction = DIRECTIONS[key];
    if (!direction) return null;
    return shown.selected === null || shown.selected === undefined ? 0 : neighbour(shown.points, frame(), shown.selected, direction);
  }
}
