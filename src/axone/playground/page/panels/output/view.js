// What the worker is asked to show: the plane, the fineness, and the parts that somebody looks at.

/** @param {Object} app */
export function createView(app) {
  const { store } = app;
  const wanted = { plane: null, detail: [], target: 0 };
  let number = 0;

  /** What is asked for. */
  function fields() {
    const parts = ["curves", "surface", "units", "links", ...wanted.detail];
    const kind = store.get("designed")?.data?.kind;
    if (kind && kind !== "table" && kind !== "features") parts.push("maps");
    const asked = { parts, grid: 50 };
    if (wanted.plane) asked.plane = wanted.plane;
    if (wanted.target) asked.target = wanted.target;
    return asked;
  }

  async function ask() {
    const own = ++number;
    let answer = null;
    try {
      answer = await app.ask("view", fields());
    } catch (refused) {
      // A plane through columns that the new data do not have: the usual one instead.
      if (refused.lost || own !== number) return null;
      if (!wanted.plane) return app.refuse(refused);
      wanted.plane = null;
      return ask();
    }
    if (own === number) store.set({ plane: answer?.plane?.names ? answer.plane : answer ?? null, view: answer });
    return answer;
  }

  return {
    ask,
    /** Look through another plane. @param {Object | null} plane */
    through(plane) {
      wanted.plane = plane;
      return ask();
    },
    /** Look at other parts beside those that are always in view. @param {string[]} parts */
    detail(parts) {
      if (parts.join() === wanted.detail.join()) return;
      wanted.detail = parts;
      if (store.get("designed")) ask();
    },
    /** Which of several predicted numbers is looked at. */
    shown: () => wanted.target,
    /** Of several predicted numbers look at another. @param {number} target */
    target(target) {
      wanted.target = target;
      return ask();
    },
  };
}
