// The output panel without the document: which curves there are, what points and pictures say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createNumbers } from "../../../src/axone/playground/page/core/numbers.js";
import { curvesOf, measuresOf } from "../../../src/axone/playground/page/panels/output/curves-view.js";
import { placeOf, pointWords, pointsOf } from "../../../src/axone/playground/page/panels/output/points.js";
import { confusionWords, residualsWords } from "../../../src/axone/playground/page/panels/output/spoken.js";
import { colorOn, numberScale, surfacePixels } from "../../../src/axone/playground/page/panels/output/surface-image.js";
import { COLORS } from "./recorder.js";

/** Words that show their key and figures. */
const app = { t: (key, figures = {}) => `${key} ${Object.values(figures).join(" ")}`.trim(), numbers: createNumbers("en") };
const NAMES = { train: "Training", validation: "Validation" };
const frame = (entries) => new Map(Object.entries(entries).map(([name, [shape, data]]) => [name, { shape, data }]));
const POINTS = frame({
  points: [[3, 2], Float32Array.of(0, 0, 1, 1, 2, 2)],
  "points.label": [[3], [0, 1, 1]],
  "points.predicted": [[3], [0, 0, 1]],
  "points.number": [[3], [4, 4, 9]],
  "points.part": [[3], [0, 1, 0]],
});

test("measures are those that there are curves of, the loss first", () => {
  assert.deepEqual(measuresOf({ epoch: [1], validation_accuracy: [1], train_loss: [1], validation_loss: [1] }), ["loss", "accuracy"]);
});

test("training is a whole line, validation dashed, kept runs thinner and behind, each with its dashes", () => {
  const own = { epoch: [1, 2], train_loss: [2, 1], validation_loss: [3, 2] };
  const run = (name) => ({ run: 1, name, curves: { epoch: [1], validation_loss: [1] } });
  const curves = curvesOf(own, [run("A"), run("B")], "loss", COLORS, NAMES);
  assert.deepEqual(curves.map(({ name }) => name), ["A", "B", "Training", "Validation"]);
  assert.deepEqual(curves[2].dash, []);
  assert.equal(new Set(curves.map(({ dash }) => dash.join())).size, 4);
  assert.ok(curves[0].width < curves[2].width);
});

test("a measure without numbers has no curve", () => {
  assert.deepEqual(curvesOf({ epoch: [1], train_loss: [1], validation_loss: [NaN] }, [], "loss", COLORS, NAMES).map(({ name }) => name), ["Training"]);
});

test("a row is found by its part and number", () => {
  const points = pointsOf(POINTS);
  assert.equal(placeOf(points, { part: "validation", number: 4 }), 1);
  assert.equal(placeOf(points, { part: "train", number: 4 }), 0);
  assert.equal(placeOf(points, { part: "test", number: 4 }), null);
});

test("a point says its row, its class, and what it is taken for", () => {
  const points = pointsOf(POINTS);
  assert.equal(pointWords(app, points, 1, ["inner", "outer"]), "output.point.wrong output.part.validation 4 outer inner");
  assert.equal(pointWords(app, points, 0, ["inner", "outer"]), "output.point.predicted output.part.train 4 inner inner");
});

test("a confusion matrix in words counts the right ones and names the most frequent mistake", () => {
  assert.equal(
    confusionWords(app, [5, 1, 3, 8], ["a", "b"]),
    "output.words.confusion 13 17 output.words.mistake 3 b a",
  );
});

test("residuals in words give the median and the largest distance", () => {
  assert.equal(residualsWords(app, [0, 1, 0, -2, 5, 10]), "output.words.residuals 3 2 5");
});

test("numbers on both sides of 0 have a scale around it, others one from weak to strong", () => {
  const [around, above] = [numberScale(-1, 3, COLORS), numberScale(2, 5, COLORS)];
  for (const part of colorOn(around, 0).match(/\d+/g)) assert.ok(Number(part) >= 250);
  const [weak, strong] = [colorOn(above, 2), colorOn(above, 5)];
  assert.equal(strong, "rgb(213, 94, 0)");
  assert.notEqual(weak, strong);
});

test("one share of two classes is read as both", () => {
  const array = { shape: [1, 2], data: Uint8Array.of(0, 255) };
  const { pixels } = surfacePixels(array, COLORS, false, 2);
  const both = surfacePixels({ shape: [1, 2, 2], data: Uint8Array.of(255, 0, 0, 255) }, COLORS, false, 2);
  assert.deepEqual([...pixels.data], [...both.pixels.data]);
});

test("of very many classes each point has its likeliest one's colour, pale", () => {
  const { pixels } = surfacePixels({ shape: [1, 3], data: Uint8Array.of(0, 1, 3), winner: true }, COLORS, false, 20);
  assert.deepEqual([...pixels.data.slice(0, 3)], [...pixels.data.slice(8, 11)]);
  assert.notDeepEqual([...pixels.data.slice(0, 3)], [...pixels.data.slice(4, 7)]);
});
