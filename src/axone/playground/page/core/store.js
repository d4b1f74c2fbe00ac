// What the page knows: one flat table of values, and who wants to hear of which of them. A change of
// several keys is told once to each listener.

/**
 * @typedef {Object} Store
 * @property {(key: string) => any} get
 * @property {(changes: Object<string, any>) => void} set
 * @property {(keys: string[], listener: (store: Store) => void) => () => void} subscribe
 */

/** @param {Object<string, any>} [initial] @returns {Store} */
export function createStore(initial = {}) {
  const values = new Map(Object.entries(initial));
  const listeners = new Set();

  function told({ listener }) {
    try {
      listener(store);
    } catch (error) {
      // One listener's mistake is seen, and keeps nothing from the others.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  const store = {
    get: (key) => values.get(key),

    set(changes) {
      const changed = Object.keys(changes).filter((key) => values.get(key) !== changes[key]);
      for (const key of changed) values.set(key, changes[key]);
      for (const entry of [...listeners]) {
        if (listeners.has(entry) && changed.some((key) => entry.keys.has(key))) told(entry);
      }
    },

    /** Call `listener` now, if one of the keys is known, and whenever one changes. */
    subscribe(keys, listener) {
      const entry = { keys: new Set(keys), listener };
      listeners.add(entry);
      if (keys.some((key) => values.get(key) !== undefined)) listener(store);
      return () => listeners.delete(entry);
    },
  };
  return store;
}

/**
 * Curves with a frame's new points; begun anew where the frame says so.
 * @param {Object<string, number[]>} curves by name without "curve."
 * @param {{header: Object, arrays: Map<string, {data: ArrayLike<number>}>}} frame
 * @returns {Object<string, number[]>} the same object where the frame has none
 */
export function withCurves(curves, frame) {
  const fresh = [...frame.arrays].filter(([name]) => name.startsWith("curve."));
  const anew = frame.header.curves?.from === "start";
  if (!fresh.length && !anew) return curves;
  const joined = anew ? {} : { ...curves };
  for (const [name, array] of fresh) {
    const short = name.slice("curve.".length);
    joined[short] = [...(joined[short] ?? []), ...array.data];
  }
  return joined;
}
