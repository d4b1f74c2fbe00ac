// What panels are given: questions whose answers the store remembers, changes of the design one after
// the other, words, numbers, keys. A panel lives in a scope: what it subscribed to ends with it, so
// that the page can be built anew in another language.

import { Refused } from "./connection.js";
import { within } from "./refusals.js";
import { withCurves } from "./store.js";

/**
 * Everything of an answer or event that the store keeps.
 * @param {any} value
 */
export function remembered(value) {
  if (!value || typeof value !== "object") return {};
  const changes = {};
  const designed = value.designed ?? (value.design && value.network ? value : null);
  if (designed) {
    const { state: _, ...own } = designed;
    Object.assign(changes, { designed: own, design: own.design });
  }
  const state = value.state ?? ("running" in value && "epoch" in value ? value : null);
  if (state) {
    const { event: _, ...own } = state;
    changes.state = own;
  }
  return changes;
}

/**
 * @param {{connection: Object, store: Object, t: Function, numbers: () => Object, keys: Object,
 *   refusals: Object, announcer: HTMLElement, pictures: Object}} parts
 */
export function createApp({ connection, store, t, numbers, keys, refusals, announcer, pictures }) {
  let queue = [];
  let busy = false;

  async function ask(name, fields) {
    const value = await connection.ask(name, fields);
    const changes = remembered(value);
    // Another design altogether: what was refused of the one before is no longer meant.
    if (changes.designed && name !== "design") refusals.clear();
    learn(changes);
    return value;
  }

  function learn(changes) {
    // What was drawn of another design says nothing of this one.
    if (changes.designed) Object.assign(changes, { arrays: new Map(), curves: {} });
    if (Object.keys(changes).length) store.set(changes);
  }

  function refuse(refused) {
    if (!(refused instanceof Refused) && !refused?.words) throw refused;
    if (!refused.lost) refusals.show(refused);
  }

  /**
   * Change the design. Changes wait for each other; of those that wait for one place the last counts.
   * @param {(design: Object) => Object} edit makes a new design of the one in use
   * @param {{place?: string}} [options] where the change is made: a refusal there is taken back
   * @returns {Promise<Object|null>} "designed", or null where it was refused: that is shown already
   */
  function change(edit, { place = "" } = {}) {
    return new Promise((resolve) => {
      const same = place ? queue.find((waiting) => waiting.place === place) : undefined;
      if (same) {
        same.resolve(null);
        Object.assign(same, { edit, resolve });
      } else {
        queue.push({ edit, place, resolve });
      }
      if (!busy) work();
    });
  }

  async function work() {
    busy = true;
    while (queue.length) {
      const { edit, place, resolve } = queue.shift();
      try {
        const designed = await ask("design", { design: edit(store.get("design")) });
        refusals.clear(place);
        resolve(designed);
      } catch (error) {
        if (place) refusals.clear(place);
        // What is refused of a place around it is refused where it was asked for.
        refuse(place && within(place, error.place ?? "") ? Object.assign(error, { place }) : error);
        resolve(null);
      }
    }
    busy = false;
  }

  connection.on("state", (event) => learn(remembered(event)));
  connection.onFrame((frame) => {
    const arrays = new Map([...(store.get("arrays") ?? []), ...frame.arrays]);
    const changes = { arrays, frame: frame.header, curves: withCurves(store.get("curves") ?? {}, frame) };
    // A frame that was painted while an answer overtook it tells of where the run stood before.
    const told = frame.header.state;
    const isOld = told && told.version < store.get("state")?.version;
    if (told && !isOld) changes.state = told;
    store.set(changes);
  });
  connection.on("lost", () => (queue = []));

  let said = "";
  /** Have something read out. @param {string} text */
  function announce(text) {
    // The same words twice would be read once: a no-break space makes them others.
    said = said === text ? `${text}\u00a0` : text;
    announcer.textContent = said;
  }

  const shared = {
    ask, change, refuse, announce, store, t, keys, pictures,
    tell: connection.tell,
    reconnect: connection.reconnect,
    get numbers() {
      return numbers();
    },
    /** Ask where nobody waits for the answer: refusals are shown. */
    request: (name, fields) => ask(name, fields).catch(refuse),
    clearRefusals: refusals.clear,
    isRefused: refusals.has,
  };

  /** The same app for one panel, and what ends all it subscribed to. */
  function scope() {
    const ends = [];
    const kept = (end) => (ends.push(end), end);
    const aborter = new AbortController();
    const app = {
      ...shared,
      get numbers() {
        return numbers();
      },
      signal: aborter.signal,
      store: { ...store, subscribe: (names, listener) => kept(store.subscribe(names, listener)) },
      keys: { ...keys, add: (...shortcut) => kept(keys.add(...shortcut)) },
      pictures: {
        ...pictures,
        add: (...picture) => kept(pictures.add(...picture)),
        subscribe: (listener) => kept(pictures.subscribe(listener)),
      },
      on: (event, listener) => kept(connection.on(event, listener)),
      onFrame: (listener) => kept(connection.onFrame(listener)),
    };
    return {
      app,
      end() {
        aborter.abort();
        for (const end of ends) end();
      },
    };
  }

  return { ...shared, scope };
}
