// What the panels of data and training work out before they draw anything.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withColumn, withTarget } from "../../../src/axone/playground/page/panels/data/columns.js";
import { rangeOf } from "../../../src/axone/playground/page/panels/data/options.js";
import { frameOf, rasterise } from "../../../src/axone/playground/page/panels/data/raster.js";
import { positionAt, valueAt } from "../../../src/axone/playground/page/panels/data/slider.js";
import { onSource } from "../../../src/axone/playground/page/panels/data/asking.js";
import { familyOf, settingOf } from "../../../src/axone/playground/page/panels/training/fields.js";
import { positionOf, rateAt } from "../../../src/axone/playground/page/panels/training/rate.js";
import { withInitializer } from "../../../src/axone/playground/page/panels/training/start.js";
import { grouped } from "../../../src/axone/playground/page/panels/training/training.js";
import { positionShown, positions } from "../../../src/axone/playground/page/panels/training/transport.js";

const near = (one, other, tolerance = 1e-9) => assert.ok(Math.abs(one - other) <= tolerance, `${one} ≠ ${other}`);

test("a rate's slider turns by factors, and comes back to the rate", () => {
  for (const rate of [1e-6, 0.0001, 0.01, 0.1, 10]) near(rateAt(positionOf(rate)), rate, rate * 0.03);
  assert.equal(positionOf(0), 0);
  assert.equal(rateAt(positionOf(1e9)), 10);
});

test("one can go to the epochs that are kept, and to now", () => {
  const state = { past: [0, 5, 10], epoch: 10, looking_back: null };
  assert.deepEqual(positions(state), [0, 5, 10]);
  assert.deepEqual(positions({ past: [0, 5], epoch: 7 }), [0, 5, 7]);
  assert.equal(positionShown(state, [0, 5, 10]), 2);
  assert.equal(positionShown({ ...state, looking_back: 5 }, [0, 5, 10]), 1);
});

const noLayers = { anyOf: [{ const: "auto", type: "string" }, { enum: ["mse"] }, { properties: { name: { const: "mse" } } }] };

test("the family of a setting is found by the names that its schema allows", () => {
  const catalogue = { optimizers: [{ name: "adam" }], losses: [{ name: "mse" }], datasets: [] };
  assert.equal(familyOf(noLayers, catalogue), "losses");
  assert.equal(familyOf({ type: "number" }, catalogue), null);
});

test("a setting's control follows from its schema", () => {
  const batch = { anyOf: [{ const: "auto", type: "string" }, { type: "integer", minimum: 1 }], default: "auto" };
  assert.deepEqual(
    [settingOf("batch_size", batch).kind, settingOf("batch_size", batch).words], ["number", ["auto"]],
  );
  const clip = settingOf("clip_norm", { anyOf: [{ type: "number", exclusiveMinimum: 0 }, { type: "null" }], default: null });
  assert.deepEqual([clip.kind, clip.optional], ["float", true]);
  assert.equal(settingOf("drop_last", { type: "boolean", default: false }).kind, "bool");
});

test("a setting that no group names stands under more", () => {
  const groups = grouped(["optimizer", "l2", "something_new", "stopping"]);
  assert.deepEqual(groups.at(-1).names, ["something_new"]);
});

test("an initializer is given to the layers that draw, and taken from them", () => {
  const layers = [{ name: "dense", units: 3 }, "flatten"];
  const draws = (layer) => layer.name === "dense";
  const given = withInitializer(layers, draws, "he_normal");
  assert.deepEqual(given, [{ name: "dense", units: 3, initializer: "he_normal" }, "flatten"]);
  assert.deepEqual(withInitializer(given, draws, "auto"), layers);
});

test("another set keeps the shares and scaling, and drops what belonged to the old one", () => {
  const design = {
    data: { source: "a", options: { rows: 9 }, target: "x", columns: { y: "text" }, validation: 0.3, scaling: "none" },
    network: { hidden_layers: [{ name: "dense", units: 3 }] },
  };
  const next = onSource(design, "moons", { flat: true }, true);
  assert.deepEqual(next.data, { source: "moons", validation: 0.3, scaling: "none" });
  assert.equal(next.network, design.network);
  assert.deepEqual(onSource(design, "mnist", { flat: false }, true).network, {});
  assert.ok(onSource({ ...design, network: {} }, "iris", { flat: true }, false).network.hidden_layers.length > 0);
});

test("a column may have any name, and a target is not left out", () => {
  const design = { data: { source: "upload:a.csv" } };
  const out = withColumn(design, "price. in €", "ignore");
  assert.deepEqual(out.data.columns, { "price. in €": "ignore" });
  const learnt = withTarget(out, "price. in €");
  assert.equal(learnt.data.target, "price. in €");
  assert.equal(learnt.data.columns, undefined);
});

test("sliders cover what is usual, by factors where that is many rows", () => {
  const rows = rangeOf({ kind: "int", least: 10, most: 1e7 });
  assert.deepEqual([valueAt(0, rows), valueAt(100, rows)], [10, 5000]);
  for (const value of [10, 100, 1000]) near(valueAt(positionAt(value, rows), rows), value, value * 0.05);
  const noise = rangeOf({ kind: "float", least: 0, below: null });
  assert.deepEqual([valueAt(0, noise), valueAt(100, noise)], [0, 1]);
  assert.equal(rangeOf({ kind: "choice" }), null);
});

test("rows of xor begin at 4 and its slider gives whole numbers", () => {
  const range = rangeOf({ kind: "int", least: 4, most: 1e7 });
  for (let position = 0; position <= 100; position += 1) {
    assert.ok(Number.isInteger(valueAt(position, range)) && valueAt(position, range) >= 4);
  }
});

const FRAME = { height: 28, width: 28, margin: 4, pen: 2.5 };

test("a drawing is put in the middle of its frame, within the margin, at any size", () => {
  for (const scale of [1, 37]) {
    const image = rasterise([[[0, 0], [0, 10 * scale]]], FRAME);
    const rows = [...image.keys()].filter((index) => image[index] > 0).map((index) => Math.floor(index / 28));
    assert.equal(Math.min(...rows), 4);
    assert.equal(Math.max(...rows), 23);
    const weight = image.reduce((sum, ink) => sum + ink, 0);
    near(image.reduce((sum, ink, index) => sum + ink * ((index % 28) + 0.5), 0) / weight, 14, 0.01);
  }
});

test("the ink of a stroke is its area", () => {
  const image = rasterise([[[0, 0], [1, 0]]], FRAME);
  const length = 28 - 2 * 4 - 2.5;
  near(image.reduce((sum, ink) => sum + ink, 0), length * 2.5 + Math.PI * 1.25 ** 2, 1.5);
});

test("a dot stays a dot, and nothing drawn is no image", () => {
  const image = rasterise([[[5, 5]]], FRAME);
  near(image.reduce((sum, ink) => sum + ink, 0), Math.PI * 1.25 ** 2, 0.5);
  assert.equal(rasterise([], FRAME), null);
});

test("only grey images can be drawn", () => {
  assert.equal(frameOf({ name: "mnist", kind: "images", shape: [28, 28] }).most, 255);
  assert.deepEqual(frameOf({ name: "digits", kind: "features", shape: [64] }).most, 16);
  assert.equal(frameOf({ name: "cifar_10", kind: "images", shape: [3, 32, 32] }), null);
  assert.equal(frameOf({ name: "iris", kind: "features", shape: [4] }), null);
});
