// An experiment asked for until it is there: the worker answers at once how far it is. Of several that
// are asked for in a row only the last is waited for.

const AGAIN_MS = 120;

/** Run the last of several calls that come within some time. @param {() => void} run @param {number} ms */
export function debounced(run, ms) {
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/**
 * @param {(name: string, fields: Object) => Promise<any>} ask
 * @param {(milliseconds: number) => Promise<void>} [wait]
 */
export function createRunner(ask, wait = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds))) {
  let current = 0;

  return {
    /**
     * @param {{name: string, settings: Object, theme: string}} fields
     * @param {(share: number|null) => void} progress
     * @returns {Promise<Object|null>} what was seen; null where another was asked for meanwhile
     */
    async run(fields, progress) {
      const mine = ++current;
      for (;;) {
        const answer = await ask("laboratory", fields);
        if (mine !== current) return null;
        if (!answer.pending) return answer;
        progress(answer.share);
        await wait(AGAIN_MS);
        if (mine !== current) return null;
      }
    },
    /** Nobody waits any more. */
    leave: () => void current++,
  };
}
