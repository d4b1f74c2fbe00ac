// The network panel without the document: edits of layers, what is drawn, what is said of a unit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { layOut } from "../../../src/axone/playground/page/draw/columns.js";
import { formulaOf, nameOf } from "../../../src/axone/playground/page/panels/network/activation-field.js";
import { presetsFor } from "../../../src/axone/playground/page/panels/network/bar.js";
import { hiddenLayers, inserted, kindsFor, moved, removed, startingLayer, widened, withLayers, withPreset, withSetting } from "../../../src/axone/playground/page/panels/network/edits.js";
import { activationName } from "../../../src/axone/playground/page/panels/network/heads.js";
import { columnsOf, conditionOf, linksOf, mapOf, strongest } from "../../../src/axone/playground/page/panels/network/model.js";

const DENSE = { name: "dense", units: 4, activation: "tanh" };
const DESIGN = { data: { source: "spirals" }, network: { hidden_layers: [DENSE, { name: "dropout", rate: 0.2 }] }, seed: 0 };
const DESIGNED = {
  design: DESIGN,
  data: { kind: "features", shape: [2], inputs: ["x", "y"], classes: ["a", "b"], task: "classification" },
  network: [
    { layer: 0, name: "dense", drawn: "units", units: 20, output_shape: [20] },
    { layer: 1, name: "dropout", drawn: "box", units: 20, output_shape: [20] },
    { layer: 2, name: "dense", drawn: "units", units: 2, output_shape: [2] },
  ],
};
const t = Object.assign((key) => key, { has: () => false });
const array = (shape, data, extras = {}) => ({ shape, data: Float32Array.from(data), ...extras });

test("an edit leaves the design that it began with as it was", () => {
  const before = structuredClone(DESIGN);
  const layers = hiddenLayers(DESIGN, DESIGNED);
  const edited = withLayers(DESIGN, inserted(removed(moved(layers, 0, 1), 0), 0, widened(DENSE, 2)));
  assert.deepEqual(DESIGN, before);
  assert.deepEqual(edited.network.hidden_layers, [{ ...DENSE, units: 6 }, DENSE]);
  assert.equal(edited.data, DESIGN.data);
});

test("a layer keeps at least one unit, and moves no further than the ends", () => {
  assert.equal(widened({ ...DENSE, units: 1 }, -1).units, 1);
  assert.equal(widened({ name: "conv2d", channels: 8 }, 1).channels, 9);
  const layers = [DENSE, { name: "dropout" }];
  assert.equal(moved(layers, 0, -1), layers);
  assert.equal(moved(layers, 1, 1), layers);
});

test("a preset's layers become the design's own when they are edited", () => {
  const design = withPreset(DESIGN, "lenet");
  assert.deepEqual(design.network, { preset: "lenet" });
  const layers = hiddenLayers(design, { ...DESIGNED, hidden_layers: [DENSE, "flatten"] });
  assert.deepEqual(layers, [DENSE, { name: "flatten" }]);
  assert.deepEqual(withLayers(design, layers).network, { hidden_layers: layers });
});

test("a setting that is taken out has its default again", () => {
  assert.deepEqual(withSetting(DENSE, "activation", undefined), { name: "dense", units: 4 });
});

test("a residual layer begins as wide as what stands before it", () => {
  const { layers } = startingLayer("residual", { units: 12, activation: "relu" });
  assert.deepEqual(layers.map(({ units }) => units), [12, 12]);
});

test("the kinds that suit the data come first, dense ones of tables, and none is lost", () => {
  const names = ["dropout", "conv2d", "dense", "recurrent"];
  assert.equal(kindsFor(names, "table")[0].name, "dense");
  assert.equal(kindsFor(names, "images")[0].name, "conv2d");
  assert.equal(kindsFor(names, "sequences")[0].name, "gru");
  for (const name of names) assert.ok(kindsFor(names, "tokens").some((kind) => kind.name === name));
});

test("presets are offered for the data that they take", () => {
  const presets = [{ name: "lenet", kinds: ["images", "features"] }, { name: "gru", kinds: ["sequences"] }];
  assert.deepEqual(presetsFor(presets, "table"), ["lenet"]);
  assert.deepEqual(presetsFor(presets, "sequences"), ["gru"]);
});

test("of many units the first sixteen are shown, all where they are asked for", () => {
  const [input, first, dropout, output] = columnsOf(DESIGNED, new Set());
  assert.deepEqual([input.total, first.count, first.total, first.more], [2, 16, 20, true]);
  assert.deepEqual([dropout.kind, output.names], ["box", ["a", "b"]]);
  assert.equal(columnsOf(DESIGNED, new Set([0]))[1].count, 20);
});

test("links end at units that are shown, and those of a unit can be told apart", () => {
  const columns = columnsOf(DESIGNED, new Set());
  const layout = layOut(columns, 700);
  const arrays = new Map([["links.0", array([20, 2], Array.from({ length: 40 }, (_, i) => i / 40))]]);
  const { layers, lit, plain } = linksOf(columns, layout, arrays, { key: 0, unit: 3 });
  assert.equal(layers[0].most, Math.fround(39 / 40));
  assert.ok(layers[0].links.length <= 32 && layers[0].links.length >= 30);
  assert.deepEqual(lit.map(({ weight }) => weight), [6 / 40, 7 / 40].map(Math.fround));
  assert.deepEqual(plain, [2, 3]);
});

test("weights that are no numbers are not drawn and make no line wide", () => {
  const columns = columnsOf(DESIGNED, new Set());
  const values = Array(40).fill(0.5);
  values[0] = NaN;
  values[1] = Infinity;
  const arrays = new Map([["links.0", array([20, 2], values)]]);
  const [{ links, most }] = linksOf(columns, layOut(columns, 700), arrays, null).layers;
  assert.equal(most, 0.5);
  assert.ok(links.every(({ weight }) => weight === 0.5));
});

test("the strongest weights are those of greatest size, whatever their sign, of all or of the top", () => {
  const whole = new Map([["links.0", array([1, 4], [0.5, -3, 0.1, 2])]]);
  assert.deepEqual(strongest(whole, 0, 0, 2), [{ from: 1, weight: -3 }, { from: 3, weight: 2 }]);
  const top = new Map([["links.0.top", array([2, 3], [0, 70, 1, 5, 2, -4])]]);
  assert.deepEqual(strongest(top, 0, 5), [{ from: 2, weight: -4 }]);
});

test("a unit is dead, saturated or alive as the frame says", () => {
  const arrays = new Map([["dead.0", array([3], [0, 1, 0])], ["saturated.0", array([3], [0, 0, 1])]]);
  assert.deepEqual([0, 1, 2].map((unit) => conditionOf(arrays, 0, unit)), ["alive", "dead", "saturated"]);
});

test("a unit's map comes with the range of its own", () => {
  const arrays = new Map([["units.0", { shape: [2, 1, 2], data: Uint8Array.of(1, 2, 3, 4), low: [0, -1], high: [1, 5] }]]);
  const map = mapOf(arrays, 0, 1);
  assert.deepEqual([[...map.bytes], map.low, map.high], [[3, 4], -1, 5]);
  assert.equal(mapOf(arrays, 0, 2), null);
});

test("activations are told from formulas", () => {
  const members = [{ name: "tanh" }];
  assert.equal(nameOf("tanh", members), "tanh");
  assert.equal(nameOf("z * sigmoid(z)", members), "formula");
  assert.equal(nameOf({ name: "leaky_relu", alpha: 0.1 }, members), "leaky_relu");
  assert.equal(formulaOf({ name: "formula", formula: "z**2" }), "z**2");
  assert.equal(activationName(t, { name: "formula", formula: "z**2" }), "z**2");
});
