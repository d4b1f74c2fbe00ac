// Sliders say more than anybody can answer: of what they ask, one question is on its way, and of those
// that came meanwhile only the last follows.

/**
 * @template T
 * @param {(value: T) => Promise<any>} run
 * @returns {(value: T) => void}
 */
export function latest(run) {
  let busy = false;
  let next = null;

  async function go(value) {
    busy = true;
    try {
      await run(value);
    } finally {
      busy = false;
      const waiting = next;
      next = null;
      if (waiting) go(waiting.value);
    }
  }

  return (value) => {
    if (busy) next = { value };
    else go(value);
  };
}
