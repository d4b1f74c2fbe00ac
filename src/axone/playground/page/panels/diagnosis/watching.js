// When the diagnosis is asked for: at most every two seconds while a run goes on, and as soon as it
// waits or ends; again shortly after, where the worker is not done with it yet.

export const RUNNING_MS = 2000;
export const RESTING_MS = 300;

/**
 * How long to wait before the next question; null: until something changes.
 * @param {{running: boolean}|undefined} state
 * @param {{current: boolean}|null} answer the last one
 */
export function pauseBefore(state, answer) {
  if (!state) return null;
  if (state.running) return RUNNING_MS;
  return answer && !answer.current ? RESTING_MS : null;
}

/** What tells one place of a run from another: where it changes at rest, one asks anew. */
export const placeOf = (state) =>
  state ? `${state.running}|${state.running ? "" : `${state.epoch}|${state.step}|${state.ended ?? ""}`}` : "";

/**
 * The findings that were not there before.
 * @param {Set<string>} known codes @param {{code: string}[]} findings
 */
export const fresh = (known, findings) => findings.filter(({ code }) => !known.has(code));

/**
 * Ask for the diagnosis whenever it is due.
 * @param {Object} app
 * @param {(answer: Object) => void} told
 */
export function watch(app, told) {
  let timer = 0;
  let place = "";
  let answer = null;
  let asking = false;

  async function ask() {
    clearTimeout(timer);
    if (asking || document.hidden) return;
    asking = true;
    const before = app.store.get("designed");
    try {
      answer = await app.ask("diagnosis");
      if (!app.signal.aborted && app.store.get("designed") === before) told(answer);
    } catch (error) {
      answer = null;
      app.refuse(error);
    } finally {
      asking = false;
    }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    const pause = pauseBefore(app.store.get("state"), answer);
    if (pause !== null && !app.signal.aborted) timer = setTimeout(ask, pause);
  }

  app.store.subscribe(["state", "designed"], (store) => {
    const now = placeOf(store.get("state"));
    if (now === place) return;
    place = now;
    if (store.get("state")?.running) plan();
    else ask();
  });
  document.addEventListener("visibilitychange", ask, { signal: app.signal });
  app.signal.addEventListener("abort", () => clearTimeout(timer));
}
