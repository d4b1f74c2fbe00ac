// How a run stands: the sentence of each state, and which figures are shown.

import assert from "node:assert/strict";
import { test } from "node:test";

import { createNumbers } from "../../../src/axone/playground/page/core/numbers.js";
import { figuresOf, stateWords } from "../../../src/axone/playground/page/panels/training/standing.js";

const app = { t: (key, figures = {}) => [key.replace("training.state.", ""), ...Object.values(figures)].join(" "), numbers: createNumbers("en") };
const fresh = { running: false, epoch: 0, step: 0, batch: 0, steps_of_epoch: 10, ended: null, diverged: false, looking_back: null };

test("a run that has not begun says what to press", () => {
  assert.equal(stateWords(app, fresh), "ready");
});

test("fast epochs are told by their speed, a slow one by how far it has come", () => {
  const running = { ...fresh, running: true };
  assert.equal(stateWords(app, running), "starting");
  assert.equal(stateWords(app, { ...running, epoch: 4, batch: 3, epochs_per_second: 27.63 }), "running 27.6");
  assert.equal(stateWords(app, { ...running, epoch: 4, batch: 3, epochs_per_second: 0.2 }), "within 3 10 5");
});

test("an end and a divergence are told with their reason and one full stop", () => {
  assert.equal(stateWords(app, { ...fresh, epoch: 7, step: 70, ended: "all 7 epochs are done." }), "ended all 7 epochs are done");
  assert.equal(stateWords(app, { ...fresh, epoch: 7, step: 70, ended: "it grew", diverged: true }), "diverged 7 it grew");
  assert.equal(stateWords(app, { ...fresh, epoch: 1200, step: 70 }), "paused 1,200");
  assert.equal(stateWords(app, { ...fresh, step: 4, batch: 4 }), "paused_within 4 10 1");
  assert.equal(stateWords(app, { ...fresh, epoch: 7, step: 70, looking_back: 0 }), "back 0 7");
});

test("both losses are shown, and the score of the validation rows where there are any", () => {
  const curves = { epoch: [1, 2, 3], train_loss: [3, 2, 1], validation_loss: [4, 3, 2], train_accuracy: [0.5, 0.6, 0.7], validation_accuracy: [0.4, 0.5, 0.6] };
  assert.deepEqual(figuresOf(curves).map(({ name, value }) => [name, value]), [["train_loss", 1], ["validation_loss", 2], ["validation_accuracy", 0.6]]);
  assert.deepEqual(figuresOf({ epoch: [1], train_loss: [3], train_r2: [0.2] }).map(({ name }) => name), ["train_loss", "train_r2"]);
  assert.deepEqual(figuresOf({}), []);
});

test("looking back, figures are those of that epoch", () => {
  const curves = { epoch: [1, 2, 3], train_loss: [3, 2, 1] };
  assert.equal(figuresOf(curves, 2)[0].value, 2);
  assert.equal(Number.isNaN(figuresOf(curves, 0)[0].value), true);
});

test("an accuracy is written as per cent, other measures by three figures", () => {
  assert.equal(app.numbers.measure("accuracy", 0.9333), "93.3%");
  assert.equal(app.numbers.measure("r2", 0.93333), "0.933");
  assert.equal(app.numbers.measure("accuracy", NaN), "–");
});
