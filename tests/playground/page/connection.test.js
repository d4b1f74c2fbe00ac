// The connection, over a socket that this test holds: answers find their questions, frames are asked
// for one at a time, and a broken connection comes back, unless another page took over.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp, remembered } from "../../../src/axone/playground/page/core/app.js";
import { connect, socketAddress } from "../../../src/axone/playground/page/core/connection.js";
import { startFrames } from "../../../src/axone/playground/page/core/pulse.js";
import { createStore } from "../../../src/axone/playground/page/core/store.js";

function connected() {
  const sockets = [];
  class Socket {
    constructor() {
      this.readyState = 0;
      this.sent = [];
      sockets.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    open() {
      this.readyState = 1;
      this.onopen();
    }
    say(message) {
      this.onmessage({ data: JSON.stringify(message) });
    }
    close(code = 1006) {
      this.readyState = 3;
      this.onclose({ code });
    }
  }
  const timers = [];
  const connection = connect("ws://here/talk", { Socket, later: (run) => timers.push(run) });
  return { connection, sockets, timers };
}

test("the address of the socket is the page's own", () => {
  assert.equal(socketAddress(new URL("http://127.0.0.1:8000/?x")), "ws://127.0.0.1:8000/talk");
  assert.equal(socketAddress(new URL("https://example.org/")), "wss://example.org/talk");
});

test("every answer finds its question, in whatever order", async () => {
  const { connection, sockets } = connected();
  sockets[0].open();
  const first = connection.ask("rows", { offset: 0 });
  const second = connection.ask("code");
  const [one, two] = sockets[0].sent;
  sockets[0].say({ answer: two.id, value: "second" });
  sockets[0].say({ answer: one.id, value: "first" });
  assert.deepEqual([await first, await second], ["first", "second"]);
  assert.deepEqual([one.ask, one.offset], ["rows", 0]);
});

test("a field cannot change what is asked", () => {
  const { connection, sockets } = connected();
  sockets[0].open();
  connection.tell("code", { ask: "reset", id: 0 });
  assert.equal(sockets[0].sent[0].ask, "code");
});

test("a refusal rejects with its place and words", async () => {
  const { connection, sockets } = connected();
  sockets[0].open();
  const asked = connection.ask("design", {});
  sockets[0].say({ answer: 1, refused: { place: "training.l2", words: "at least 0" } });
  await assert.rejects(asked, { place: "training.l2", words: "at least 0", lost: false });
});

test("what waits when the connection breaks is lost, and the connection comes back", async () => {
  const { connection, sockets, timers } = connected();
  sockets[0].open();
  const asked = connection.ask("code");
  sockets[0].close();
  await assert.rejects(asked, { lost: true });
  timers.shift()();
  sockets[1].open();
  assert.ok(connection.isOpen());
});

test("a page that another one replaced waits until it is told to take back", () => {
  const { connection, sockets, timers } = connected();
  sockets[0].open();
  sockets[0].say({ event: "elsewhere" });
  sockets[0].close(4001);
  assert.equal(timers.length, 0);
  connection.reconnect();
  assert.equal(sockets.length, 2);
});

test("a frame is asked for when the last was drawn, and none while nobody looks", () => {
  const told = [];
  const listeners = {};
  let frame;
  const connection = {
    tell: (name) => told.push(name),
    onFrame: (listener) => (frame = listener),
    on: (event, listener) => (listeners[event] = listener),
  };
  const page = Object.assign(new EventTarget(), { hidden: false });
  let drawn;
  startFrames(connection, { document: page, next: (run) => (drawn = run) });
  assert.equal(told.length, 1);
  frame();
  assert.equal(told.length, 1);
  drawn();
  assert.equal(told.length, 2);
  page.hidden = true;
  frame();
  drawn();
  assert.equal(told.length, 2);
  page.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  assert.equal(told.length, 3);
  listeners.opened();
  assert.equal(told.length, 4);
});

/** The app over a connection whose answers this test gives. */
function application(answer) {
  const asked = [];
  const connection = {
    ask: async (name, fields) => (asked.push([name, fields]), answer(name, fields)),
    on: () => () => {},
    onFrame: () => () => {},
    tell: () => {},
  };
  const shown = [];
  const refusals = { show: (refused) => shown.push(refused), clear: () => {}, has: () => false };
  const store = createStore({ design: { training: { l1: 0, l2: 0 } } });
  const app = createApp({ connection, store, t: String, numbers: () => ({}), keys: {}, refusals, announcer: {} });
  return { app, store, asked, shown };
}

test("changes wait for each other, and each is made on the design before it", async () => {
  const { app, asked } = application(async (_, { design }) => ({ design, network: [] }));
  const put = (name, value) => (design) => ({ training: { ...design.training, [name]: value } });
  await Promise.all([app.change(put("l1", 1), { place: "training.l1" }), app.change(put("l2", 2), { place: "training.l2" })]);
  assert.deepEqual(asked.map(([, { design }]) => design.training), [{ l1: 1, l2: 0 }, { l1: 1, l2: 2 }]);
});

test("of changes that wait at one place only the last is made", async () => {
  const { app, asked } = application(async (_, { design }) => ({ design, network: [] }));
  const put = (value) => app.change(() => ({ value }), { place: "training.l2" });
  await Promise.all([put(1), put(2), put(3)]);
  assert.deepEqual(asked.map(([, { design }]) => design.value), [1, 3]);
});

test("a refused change is shown, and the design stays", async () => {
  const { app, store, shown } = application(async () => {
    throw Object.assign(new Error(), { place: "training.l2", words: "no" });
  });
  const before = store.get("design");
  assert.equal(await app.change(() => ({}), { place: "training.l2" }), null);
  assert.equal(shown[0].words, "no");
  assert.equal(store.get("design"), before);
});

test("answers with a design or a state are remembered, whatever else they hold", () => {
  const state = { running: false, epoch: 3 };
  const designed = { design: { seed: 1 }, network: [] };
  assert.deepEqual(remembered({ ...designed, state }), { designed, design: designed.design, state });
  assert.deepEqual(remembered({ words: {}, designed, state }), { designed, design: designed.design, state });
  assert.deepEqual(remembered({ event: "state", ...state }), { state });
  assert.deepEqual(remembered({ event: "state", state }), { state });
  assert.deepEqual(remembered([1, 2]), {});
});
