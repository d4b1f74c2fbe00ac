// What the panels of diagnosis, scenes and laboratory work out before they draw anything.

import assert from "node:assert/strict";
import { test } from "node:test";
import { RESTING_MS, RUNNING_MS, fresh, pauseBefore, placeOf } from "../../../src/axone/playground/page/panels/diagnosis/watching.js";
import { settingOf, turned } from "../../../src/axone/playground/page/panels/laboratory/knobs.js";
import { createRunner, debounced } from "../../../src/axone/playground/page/panels/laboratory/running.js";
import { byChapter, finished, remembered } from "../../../src/axone/playground/page/panels/scenes/progress.js";

test("the diagnosis of a run that goes on is asked for every two seconds, and of one at rest once", () => {
  assert.equal(pauseBefore({ running: true }, { current: true }), RUNNING_MS);
  assert.equal(RUNNING_MS, 2000);
  assert.equal(pauseBefore({ running: false }, { current: false }), RESTING_MS);
  assert.equal(pauseBefore({ running: false }, { current: true }), null);
  assert.equal(pauseBefore(undefined, null), null);
});

test("epochs that pass while it runs are no new place, a pause is", () => {
  const running = { running: true, epoch: 3, step: 9, ended: null };
  assert.equal(placeOf(running), placeOf({ ...running, epoch: 4, step: 12 }));
  assert.notEqual(placeOf(running), placeOf({ ...running, running: false }));
  assert.notEqual(placeOf({ ...running, running: false }), placeOf({ ...running, running: false, step: 10 }));
});

test("only findings that were not there before are announced", () => {
  const findings = [{ code: "diverged" }, { code: "dead_units" }];
  assert.deepEqual(fresh(new Set(["diverged"]), findings), [{ code: "dead_units" }]);
});

test("scenes stand under their chapters in the order in which they came", () => {
  const scenes = [
    { name: "a", chapter: "One" },
    { name: "b", chapter: "Two" },
    { name: "c", chapter: "One" },
  ];
  assert.deepEqual(
    byChapter(scenes).map(({ chapter, scenes: own }) => [chapter, own.map(({ name }) => name)]),
    [["One", ["a", "c"]], ["Two", ["b"]]],
  );
});

test("solved scenes are remembered from one visit to the next, and nothing else is", () => {
  const names = new Set(["xor-by-fewest-units", "and-by-a-line"]);
  assert.deepEqual(finished(remembered(names)), names);
  assert.deepEqual(finished("good <b>bad</b> a-b"), new Set(["good", "a-b"]));
  assert.deepEqual(finished(null), new Set());
});

const RATE = {
  name: "rate", kind: "float", several: false, default: 0.1, help: "Learning rate η.", at_least: null, at_most: 10,
  above: 0, choices: [], most: 8,
};

test("a knob becomes a setting with its bounds, its help without the full stop its label", () => {
  const { title, kind, most, choices } = settingOf(RATE);
  assert.deepEqual({ title, kind, most, choices }, { title: "Learning rate η", kind: "float", most: 10, choices: undefined });
  assert.equal(settingOf({ ...RATE, several: true }).kind, "list");
  assert.deepEqual(settingOf({ ...RATE, kind: "str", choices: ["and", "or"] }).choices, ["and", "or"]);
});

test("only knobs that were turned are sent", () => {
  const sizes = { ...RATE, name: "sizes", several: true, default: [1, 32] };
  assert.deepEqual(turned([RATE, sizes], { rate: 0.1, sizes: [1, 32] }), {});
  assert.deepEqual(turned([RATE, sizes], { rate: 0.2, sizes: [1] }), { rate: 0.2, sizes: [1] });
  assert.deepEqual(turned([RATE, sizes], { rate: "large" }), { rate: "large" });
});

test("an experiment is asked for until it is there", async () => {
  const answers = [{ pending: true, share: null }, { pending: true, share: 0.5 }, { title: "seen" }];
  const shares = [];
  const runner = createRunner(async () => answers.shift(), async () => {});
  assert.deepEqual(await runner.run({ name: "race" }, (share) => shares.push(share)), { title: "seen" });
  assert.deepEqual(shares, [null, 0.5]);
});

test("of two experiments asked for in a row only the second is shown", async () => {
  const asked = [];
  const waiting = [];
  const runner = createRunner(
    async (_name, { name }) => (asked.push(name), name === "slow" ? { pending: true, share: null } : { title: name }),
    () => new Promise((go) => waiting.push(go)),
  );
  const first = runner.run({ name: "slow" }, () => {});
  await new Promise(setImmediate);
  const second = runner.run({ name: "quick" }, () => {});
  waiting.forEach((go) => go());
  assert.equal(await first, null);
  assert.deepEqual(await second, { title: "quick" });
  assert.deepEqual(asked, ["slow", "quick"]);
});

test("of several changes within the time of settling only one run follows", async () => {
  let runs = 0;
  const later = debounced(() => runs++, 5);
  later();
  later();
  later();
  await new Promise((go) => setTimeout(go, 30));
  assert.equal(runs, 1);
  later();
  later.cancel();
  await new Promise((go) => setTimeout(go, 20));
  assert.equal(runs, 1);
});
