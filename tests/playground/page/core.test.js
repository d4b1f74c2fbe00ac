// The page's core without a browser: store, curves, words, numbers, places, refusals, keys, sliders.

import assert from "node:assert/strict";
import { test } from "node:test";
import { at, described, withValue, written } from "../../../src/axone/playground/page/core/designs.js";
import { belongsTo, createKeys, pressed } from "../../../src/axone/playground/page/core/keys.js";
import { latest } from "../../../src/axone/playground/page/core/latest.js";
import { createNumbers } from "../../../src/axone/playground/page/core/numbers.js";
import { nearest, within } from "../../../src/axone/playground/page/core/refusals.js";
import { stepped, typedValue } from "../../../src/axone/playground/page/core/settings.js";
import { createStore, withCurves } from "../../../src/axone/playground/page/core/store.js";
import { createWords } from "../../../src/axone/playground/page/core/words.js";

test("a listener hears of its keys, once a change, and nothing after its end", () => {
  const store = createStore();
  const heard = [];
  const end = store.subscribe(["state", "design"], () => heard.push(store.get("state")));
  store.set({ other: 1 });
  store.set({ state: 1, design: {} });
  store.set({ state: 1 });
  end();
  store.set({ state: 2 });
  assert.deepEqual(heard, [1]);
});

test("a listener that comes late hears of what is known already", () => {
  const store = createStore({ state: 5 });
  let heard = null;
  store.subscribe(["state"], () => (heard = store.get("state")));
  assert.equal(heard, 5);
});

test("a listener that another one ended is not called any more", () => {
  const store = createStore();
  const heard = [];
  store.subscribe(["state"], () => end());
  const end = store.subscribe(["state"], () => heard.push("late"));
  store.set({ state: 1 });
  assert.deepEqual(heard, []);
});

const curve = (values, anew) => ({
  header: anew ? { curves: { from: "start" } } : {},
  arrays: new Map([["curve.train_loss", { data: Float32Array.from(values) }]]),
});

test("curves grow by new points, and begin anew where a frame says so", () => {
  const first = withCurves({}, curve([1, 0.5]));
  const second = withCurves(first, curve([0.25]));
  assert.deepEqual(second.train_loss, [1, 0.5, 0.25]);
  assert.deepEqual(withCurves(second, curve([2], true)).train_loss, [2]);
  assert.equal(withCurves(second, { header: {}, arrays: new Map() }), second);
});

const french = { "rows.shown.one": "{count} ligne", "rows.shown.many": "{count} lignes", "a.b": "{name} et {other}" };

test("words count as their language does", () => {
  const t = createWords(() => french, () => "fr", String);
  assert.equal(t.n("rows.shown", 0), "0 ligne");
  assert.equal(t.n("rows.shown", 2), "2 lignes");
  const english = createWords(() => french, () => "en", String);
  assert.equal(english.n("rows.shown", 0), "0 lignes");
});

test("figures are put into words; unknown keys and figures show themselves", () => {
  const t = createWords(() => french, () => "fr", (value) => `«${value}»`);
  assert.equal(t("a.b", { name: "x", other: 3 }), "x et «3»");
  assert.equal(t("a.b", { name: "{other}" }), "{other} et {other}");
  assert.equal(t("no.such.key"), "no.such.key");
});

test("a figure with a dollar sign stays what it is", () => {
  const t = createWords(() => ({ price: "costs {price}" }), () => "en");
  assert.equal(t("price", { price: "$& $1" }), "costs $& $1");
});

test("numbers are written as the language writes them", () => {
  const english = createNumbers("en");
  const own = createNumbers("fr");
  assert.equal(english.short(0.064812), "0.0648");
  assert.equal(own.short(0.064812), "0,0648");
  assert.equal(english.short(-29900.4), "−29,900");
  assert.equal(english.short(3.2e-5), "3.2·10⁻⁵");
  assert.equal(english.short(9.9999e-5), "1·10⁻⁴");
  assert.equal(english.short(Number.NaN), "–");
  assert.equal(english.short(-Infinity), "−∞");
  assert.equal(english.share(0.123), "12.3%");
});

test("what is typed is read as the language writes it, and as programs do", () => {
  const own = createNumbers("fr");
  for (const text of ["0,5", "0.5", " 5e-1 ", "+,5"]) assert.equal(own.parse(text), 0.5, text);
  for (const text of ["", "0,5,1", "1e", "five", "0x10", "1_000"]) assert.equal(own.parse(text), null, text);
  assert.equal(createNumbers("en").parse("−3"), -3);
});

test("an exact number comes back as it was", () => {
  for (const language of ["en", "fr"]) {
    const numbers = createNumbers(language);
    for (const value of [0.1, 1e-8, 5e-324, 123456.789, -0.30000000000000004, 2 ** 53]) {
      assert.equal(numbers.parse(numbers.exact(value)), value);
    }
  }
});

test("a design is changed at a place, and the old one stays", () => {
  const design = { data: { source: "iris" }, network: { hidden_layers: [{ name: "dense", units: 4 }] } };
  const next = withValue(design, "network.hidden_layers.0.units", 5);
  assert.equal(at(next, "network.hidden_layers.0.units"), 5);
  assert.equal(at(design, "network.hidden_layers.0.units"), 4);
  assert.equal(next.data, design.data);
  assert.ok(Array.isArray(next.network.hidden_layers));
  assert.deepEqual(withValue({ training: { l2: 1 } }, "training.l2", undefined), { training: {} });
  assert.equal(at(design, "training.optimizer.learning_rate"), undefined);
});

test("a member is a name or a name with settings", () => {
  assert.deepEqual(described("adam"), { name: "adam", settings: {} });
  assert.deepEqual(described({ name: "sgd", learning_rate: 1 }), { name: "sgd", settings: { learning_rate: 1 } });
  assert.equal(written("adam", { epsilon: undefined }), "adam");
  assert.deepEqual(written("adam", { beta_1: 0.5 }), { name: "adam", beta_1: 0.5 });
});

test("a refusal finds its field, or the nearest around it", () => {
  const places = ["training", "training.optimizer", "training.l2"];
  assert.equal(nearest(places, "training.l2"), "training.l2");
  assert.equal(nearest(places, "training.optimizer.beta_1"), "training.optimizer");
  assert.equal(nearest(places, "training.loss"), "training");
  assert.equal(nearest(places, "network.hidden_layers.0"), null);
  assert.equal(nearest(places, ""), null);
  assert.ok(within("training.l2", "training") && within("training", "") && !within("training.l22", "training.l2"));
});

const element = (tag, more = {}) => ({
  tagName: tag.toUpperCase(), type: more.type, isContentEditable: more.editable ?? false,
  getAttribute: (name) => (name === "role" ? (more.role ?? null) : null), closest: () => null,
});

test("a key belongs to the field in which somebody types", () => {
  for (const type of ["text", "number", "search"]) assert.ok(belongsTo(element("input", { type }), "s"));
  assert.ok(belongsTo(element("textarea"), "s") && belongsTo(element("div", { editable: true }), "s"));
  assert.ok(belongsTo(element("input", { type: "text" }), "z", true));
  assert.ok(belongsTo(element("select"), "s") && !belongsTo(element("select"), "z", true));
  assert.ok(!belongsTo(element("input", { type: "range" }), "s") && !belongsTo(element("body"), "s"));
});

test("space belongs to a button and arrows to a slider", () => {
  assert.ok(belongsTo(element("button"), " ") && !belongsTo(element("button"), "s"));
  assert.ok(belongsTo(element("input", { type: "range" }), "ArrowLeft"));
  assert.ok(belongsTo(element("input", { type: "radio" }), "ArrowLeft"));
  assert.ok(belongsTo(element("button", { role: "tab" }), "ArrowLeft"));
  assert.ok(!belongsTo(element("div"), "ArrowLeft"));
});

const key = (name, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test("what was pressed has one name on every machine", () => {
  assert.equal(pressed(key("z", { ctrlKey: true })), "mod+z");
  assert.equal(pressed(key("Z", { metaKey: true, shiftKey: true })), "mod+shift+z");
  assert.equal(pressed(key("?", { shiftKey: true })), "?");
  assert.equal(pressed(key("ArrowLeft", { shiftKey: true })), "shift+ArrowLeft");
});

test("a shortcut acts, rests while somebody types, and ends", () => {
  const target = new EventTarget();
  const keys = createKeys(target);
  let count = 0;
  const end = keys.add(["s"], "training.key.step", () => (count += 1));
  const press = (from) => {
    const event = Object.assign(new Event("keydown", { cancelable: true }), key("s"));
    Object.defineProperty(event, "target", { value: from });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  assert.ok(press(element("body")));
  assert.ok(!press(element("input", { type: "text" })));
  assert.equal(count, 1);
  assert.deepEqual(keys.list(), [{ keys: ["s"], key: "training.key.step" }]);
  end();
  press(element("body"));
  assert.equal(count, 1);
});

test("of what a slider says one question is on its way, and the last one follows", async () => {
  const asked = [];
  const waiting = [];
  const turn = latest((value) => {
    asked.push(value);
    return new Promise((resolve) => waiting.push(resolve));
  });
  for (const value of [1, 2, 3, 4]) turn(value);
  assert.deepEqual(asked, [1]);
  waiting.shift()();
  await new Promise(setImmediate);
  assert.deepEqual(asked, [1, 4]);
});

const numbers = createNumbers("en");

test("what is typed becomes a setting's value; what does not fit stays for the worker to refuse", () => {
  assert.equal(typedValue("0.5", { kind: "float" }, numbers), 0.5);
  assert.equal(typedValue("much", { kind: "float" }, numbers), "much");
  assert.equal(typedValue("", { kind: "float" }, numbers), undefined);
  assert.equal(typedValue(" ", { kind: "float", optional: true }, numbers), null);
  assert.equal(typedValue("auto", { kind: "number", words: ["auto"] }, numbers), "auto");
  assert.deepEqual(typedValue("3, 5", { kind: "list" }, numbers), [3, 5]);
  assert.equal(typedValue("3", { kind: "list" }, numbers), 3);
  assert.deepEqual(typedValue("0,5; 1", { kind: "list" }, createNumbers("fr")), [0.5, 1]);
});

test("arrows move a number by one in its second figure, a count by one, within bounds", () => {
  assert.equal(stepped(0.01, 1, { kind: "float" }), 0.011);
  assert.equal(stepped(0.3, -1, { kind: "float" }), 0.29);
  assert.equal(stepped(8, 1, { kind: "int" }), 9);
  assert.equal(stepped(1, -1, { kind: "int", least: 1 }), 1);
});
