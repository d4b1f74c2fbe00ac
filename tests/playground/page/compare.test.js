// Kept runs side by side: only what differs is told, by the shortest name, and which came out best.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bestOf, differences, layerText, outcome, settingsOf, shortPlace, valueText,
} from "../../../src/axone/playground/page/panels/compare/differences.js";

const dense = (units, activation = "tanh") => ({ name: "dense", units, activation });
const design = (changes = {}) => ({
  data: { source: "spirals", options: { rows: 600, noise: 0.1 } },
  network: { hidden_layers: [dense(8)] },
  training: { optimizer: { name: "adam", learning_rate: 0.01 }, batch_size: 16 },
  seed: 0,
  ...changes,
});
const numbers = { exact: String };

test("designs that are alike differ in nothing", () => {
  assert.deepEqual(differences([design(), design(), design()]), []);
});

test("of designs that differ only what differs is told, with each one's value", () => {
  const other = design({ training: { optimizer: { name: "adam", learning_rate: 0.1 }, batch_size: 16, l2: 0.5 } });
  assert.deepEqual(differences([design(), other]), [
    { place: "training.optimizer.learning_rate", values: [0.01, 0.1] },
    { place: "training.l2", values: [undefined, 0.5] },
  ]);
});

test("layers are told as one, in a few words", () => {
  const other = design({ network: { hidden_layers: [dense(8), { name: "dropout", rate: 0.2 }, "batch_norm"] } });
  assert.deepEqual(differences([design(), other]), [
    { place: "network.hidden_layers", values: ["dense 8 tanh", "dense 8 tanh, dropout 0.2, batch_norm"] },
  ]);
  assert.equal(layerText({ name: "residual", layers: [dense(3, { name: "elu", alpha: 2 })] }), "residual(dense 3 elu)");
});

test("a member by its name alone is the same as with no settings", () => {
  const plain = design({ training: { optimizer: "sgd" } });
  const long = design({ training: { optimizer: { name: "sgd" } } });
  assert.deepEqual(differences([plain, long]), []);
  assert.equal(settingsOf(plain).get("training.optimizer.name"), "sgd");
});

test("a setting is called by no more than tells it from the others", () => {
  const places = ["training.l2", "training.optimizer.name", "training.schedule.name", "training.schedule.rate", "data.rate"];
  assert.deepEqual(
    places.map((place) => shortPlace(place, places)),
    ["l2", "optimizer", "schedule", "schedule.rate", "data.rate"],
  );
});

test("a value that is left out is none, and a long one is cut", () => {
  assert.equal(valueText(undefined, numbers), null);
  assert.equal(valueText(0.5, numbers), "0.5");
  assert.equal(valueText("x".repeat(100), numbers).length, 60);
});

test("what came of a run is its last numbers, of validation rows where there are any", () => {
  const curves = { train_loss: [3, 1], validation_loss: [4, null], train_accuracy: [0, 0.5], validation_accuracy: [0.1, 0.25] };
  const rest = { epochs: 2, seconds: 1, parameters: 9 };
  assert.deepEqual(outcome({ curves, ...rest }), {
    train_loss: 1, validation_loss: null, measure: "accuracy", score: 0.25, ...rest,
  });
  assert.equal(outcome({ curves: { train_r2: [0.75] }, ...rest }).score, 0.75);
  assert.equal(outcome({ curves: {}, ...rest }).score, null);
});

test("the best is the lowest loss and the highest score, and nobody is best alone", () => {
  const runs = [{ loss: 2, score: 0.5 }, { loss: 1, score: 0.25 }, { loss: 1.0000001, score: null }];
  assert.deepEqual([...bestOf(runs, "loss")], [1, 2]);
  assert.deepEqual([...bestOf(runs, "score")], [0]);
  assert.equal(bestOf(runs.slice(0, 1), "loss").size, 0);
  assert.equal(bestOf([{ loss: 1 }, { loss: 1 }], "loss").size, 0);
});
