// The one WebSocket to the server: questions with their answers, events, binary frames. It comes back
// by itself when the connection breaks, but not when another page took over.

import { decode } from "./frames.js";

const DELAYS = [250, 500, 1000, 2000, 4000, 8000]; // milliseconds between attempts; the last repeats

const ELSEWHERE = 4001; // the close code of a page that another one replaced

/** What the worker refused, or (lost) a question that no answer can come to any more. */
export class Refused extends Error {
  /** @param {{place?: string, words: string}} refused @param {boolean} [lost] */
  constructor({ place = "", words }, lost = false) {
    super(words);
    this.name = "Refused";
    this.place = place;
    this.words = words;
    this.lost = lost;
  }
}

/** The address of the socket of a page. @param {Location|URL} location */
export function socketAddress(location) {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/talk`;
}

/**
 * @param {string} address
 * @param {{Socket?: typeof WebSocket, later?: (run: () => void, delay: number) => void}} [surroundings]
 * @returns {{ask: (name: string, fields?: Object) => Promise<any>, tell: (name: string, fields?: Object) => void,
 *   on: (event: string, listener: (event: Object) => void) => () => void,
 *   onFrame: (listener: (frame: Object) => void) => () => void, reconnect: () => void, isOpen: () => boolean}}
 *   Beside the worker's events there are "opened" and "lost" of the connection itself.
 */
export function connect(address, { Socket = WebSocket, later = setTimeout } = {}) {
  /** @type {Map<number, {resolve: Function, reject: Function}>} */
  const waiting = new Map();
  /** @type {Map<string, Set<Function>>} */
  const listeners = new Map();
  const frameListeners = new Set();
  let socket;
  let number = 0;
  let failures = 0;
  let elsewhere = false;

  function emit(event) {
    for (const listener of [...(listeners.get(event.event) ?? [])]) listener(event);
  }

  function open() {
    const own = new Socket(address);
    socket = own;
    own.binaryType = "arraybuffer";
    own.onopen = () => {
      failures = 0;
      emit({ event: "opened" });
    };
    own.onmessage = ({ data }) => (typeof data === "string" ? hear(JSON.parse(data)) : see(data));
    own.onclose = ({ code } = {}) => {
      if (own !== socket) return;
      if (code === ELSEWHERE) elsewhere = true;
      const abandoned = [...waiting.values()];
      waiting.clear();
      for (const { reject } of abandoned) reject(new Refused({ words: "" }, true));
      emit({ event: "lost", again: !elsewhere });
      if (!elsewhere) later(() => own === socket && open(), DELAYS[Math.min(failures++, DELAYS.length - 1)]);
    };
  }

  function hear(message) {
    if (message.event !== undefined) {
      if (message.event === "elsewhere") elsewhere = true;
      emit(message);
      return;
    }
    const question = waiting.get(message.answer);
    if (!question) return;
    waiting.delete(message.answer);
    if (message.refused) question.reject(new Refused(message.refused));
    else question.resolve(message.value);
  }

  function see(buffer) {
    const frame = decode(buffer);
    for (const listener of [...frameListeners]) listener(frame);
  }

  const isOpen = () => socket?.readyState === 1;

  function send(name, fields) {
    const id = ++number;
    socket.send(JSON.stringify({ ...fields, id, ask: name }));
    return id;
  }

  function subscribe(set, listener) {
    set.add(listener);
    return () => set.delete(listener);
  }

  const connection = {
    ask(name, fields = {}) {
      if (!isOpen()) return Promise.reject(new Refused({ words: "" }, true));
      return new Promise((resolve, reject) => waiting.set(send(name, fields), { resolve, reject }));
    },

    /** Say something that has no answer worth waiting for. */
    tell(name, fields = {}) {
      if (isOpen()) send(name, fields);
    },

    on(event, listener) {
      if (!listeners.has(event)) listeners.set(event, new Set());
      return subscribe(listeners.get(event), listener);
    },

    onFrame: (listener) => subscribe(frameListeners, listener),

    /** Take the session back from another page. */
    reconnect() {
      elsewhere = false;
      failures = 0;
      if (!isOpen()) open();
    },

    isOpen,
  };
  open();
  return connection;
}
