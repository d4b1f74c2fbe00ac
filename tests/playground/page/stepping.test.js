// The pure parts of the step mode: steps in a row, what they are made of, and how a line is written.

import assert from "node:assert/strict";
import { test } from "node:test";

import { marksOf } from "../../../src/axone/playground/page/panels/stepping/stage.js";
import { isTyped, typedValues } from "../../../src/axone/playground/page/panels/stepping/choose.js";
import { barOf } from "../../../src/axone/playground/page/panels/stepping/neuron.js";
import {
  cellName, indexOf, itemsOf, operandsOf, partsOf, placeOf, sumOf, symbolsIn, tableShape,
} from "../../../src/axone/playground/page/panels/stepping/steps.js";
import { moved, pageOf, shapeWords } from "../../../src/axone/playground/page/panels/stepping/tables.js";
import { line, partakers, written } from "../../../src/axone/playground/page/panels/stepping/working.js";

const block = (shape, first = 0) => ({
  shape,
  numbers: Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => first + at + 0.5),
});
let count = 0;
const leaf = (kind, layer, symbol, equation, array, more = {}) => ({ step: count++, kind, layer, symbol, equation, array, ...more });

function mlp() {
  count = 0;
  const layer = (kind, at, title, children) => ({ step: count++, kind, layer: at, title, children });
  return {
    parameters: { "0.weight": block([3, 2], 10), "0.bias": block([3], 20), "1.weight": block([2, 3], 30), "1.bias": block([2], 40) },
    steps: [
      leaf("input", undefined, "x", "", block([1, 2]), { title: "Input" }),
      layer("forward", 0, "0 Dense (tanh)", [
        leaf("forward", 0, "z", "z = W·x + b", block([1, 3], 50)),
        leaf("forward", 0, "a", "a = tanh(z)", block([1, 3], 60)),
      ]),
      layer("forward", 1, "1 Dense (softmax)", [
        leaf("forward", 1, "z", "z = W·x + b", block([1, 2], 70)),
        leaf("forward", 1, "ŷ", "ŷ = e^(z)/Σⱼ e^(zⱼ)", block([1, 2], 80)),
      ]),
      { step: count++, kind: "loss", title: "Loss: cce", children: [
        leaf("loss", undefined, "y", "", block([1])),
        leaf("loss", undefined, "ℓ", "ℓ = −Σₖ yₖ·ln ŷₖ", block([1], 90)),
        leaf("loss", undefined, "δ", "δ = ŷ − y", block([1, 2], 95)),
      ] },
      layer("backward", 1, "1 Dense (softmax)", [
        leaf("backward", 1, "∂L/∂W", "∂L/∂W = Σ δ·xᵀ", block([2, 3], 100)),
        leaf("backward", 1, "∂L/∂x", "∂L/∂x = Wᵀ·δ", block([1, 3], 110)),
      ]),
      layer("backward", 0, "0 Dense (tanh)", [
        leaf("backward", 0, "δ", "δ = ∂L/∂a ⊙ (1 − a²)", block([1, 3], 120)),
        leaf("backward", 0, "∂L/∂W", "∂L/∂W = Σ δ·xᵀ", block([3, 2], 130)),
      ]),
      { step: count++, kind: "update", title: "Update: adam", children: [
        { step: count++, kind: "update", title: "0.weight", name: "0.weight", layer: 0, children: [
          leaf("update", 0, "g", "g = ∂L/∂W", block([3, 2], 130)),
          leaf("update", 0, "m", "m = β₁·m + (1 − β₁)·g", block([3, 2], 140), { name: "0.weight", before: block([3, 2]) }),
          leaf("update", 0, "m̂", "m̂ = m/(1 − β₁ᵗ)", block([3, 2], 150)),
        ] },
      ] },
    ],
  };
}

const firsts = (operands) => operands.map(({ symbol, block: own }) => `${symbol} ${own.numbers[0]}`);
const operandsAt = (kind, layer, symbol) => {
  const trace = mlp();
  const items = itemsOf(trace);
  const at = items.findIndex((item) => item.kind === kind && item.layer === layer && item.symbol === symbol);
  return firsts(operandsOf(items, at, trace.parameters));
};

test("steps stand in the order in which they are gone through, under their parts and layers", () => {
  const items = itemsOf(mlp());
  assert.deepEqual(items.map(({ symbol }) => symbol), ["x", "z", "a", "z", "ŷ", "y", "ℓ", "δ", "∂L/∂W", "∂L/∂x", "δ", "∂L/∂W", "g", "m", "m̂"]);
  const parts = partsOf(items);
  assert.deepEqual(parts.map(({ kind }) => kind), ["input", "forward", "loss", "backward", "update"]);
  assert.deepEqual(parts[1].groups.map(({ title, items: own }) => [title, own]), [["1 Dense (tanh)", [1, 2]], ["2 Dense (softmax)", [3, 4]]]);
  assert.equal(parts[4].groups[0].title, "0.weight");
});

test("a sum is made of the layer's weights and what the layer before gives", () => {
  assert.deepEqual(operandsAt("forward", 0, "z"), ["W 10.5", "x 0.5", "b 20.5"]);
  assert.deepEqual(operandsAt("forward", 1, "z"), ["W 30.5", "x 60.5", "b 40.5"]);
});

test("an activation is made of the sum, and its name is no symbol", () => {
  assert.deepEqual(operandsAt("forward", 0, "a"), ["z 50.5"]);
  assert.deepEqual(operandsAt("forward", 1, "ŷ"), ["z 70.5"]);
});

test("the loss compares the prediction with what is wanted", () => {
  assert.deepEqual(operandsAt("loss", null, "ℓ"), ["y 0.5", "ŷ 80.5"]);
  assert.deepEqual(operandsAt("loss", null, "δ"), ["ŷ 80.5", "y 0.5"]);
});

test("the way back takes δ of the loss, then what the layer behind hands back", () => {
  assert.deepEqual(operandsAt("backward", 1, "∂L/∂W"), ["δ 95.5", "x 60.5"]);
  assert.deepEqual(operandsAt("backward", 1, "∂L/∂x"), ["W 30.5", "δ 95.5"]);
  assert.deepEqual(operandsAt("backward", 0, "δ"), ["∂L/∂a 110.5", "a 60.5"]);
  assert.deepEqual(operandsAt("backward", 0, "∂L/∂W"), ["δ 120.5", "x 0.5"]);
});

test("an update is made of the gradient of its array and of what is remembered of it", () => {
  assert.deepEqual(operandsAt("update", 0, "g"), ["∂L/∂W 130.5"]);
  assert.deepEqual(operandsAt("update", 0, "m"), ["m 0.5", "g 130.5"]);
  assert.deepEqual(operandsAt("update", 0, "m̂"), ["m 140.5"]);
});

test("symbols are found whole, the longest first", () => {
  assert.deepEqual(symbolsIn("∂L/∂a ⊙ (1 − a²)", ["a", "L", "∂L/∂a"]), ["∂L/∂a", "a"]);
  assert.deepEqual(symbolsIn("max(0, z)", ["a", "x", "m", "z"]), ["z"]);
  assert.deepEqual(symbolsIn("σ(Wᵢ·xₜ + Uᵢ·hₜ₋₁ + bᵢ)", ["Wᵢ", "xₜ", "Uᵢ", "bᵢ"]), ["Wᵢ", "xₜ", "Uᵢ", "bᵢ"]);
  assert.deepEqual(symbolsIn("η·m̂/(√v̂ + ε)", ["m", "v", "m̂", "v̂"]), ["m̂", "v̂"]);
});

test("a neuron's sum is found in its layer", () => {
  const items = itemsOf(mlp());
  assert.equal(sumOf(items, 1), 3);
  assert.equal(sumOf(items, 7), -1);
});

test("places and indices say the same", () => {
  assert.deepEqual(indexOf(7, [2, 3, 2]), [1, 0, 1]);
  assert.equal(placeOf([1, 0, 1], [2, 3, 2]), 7);
  assert.equal(placeOf([0, 3], [1, 3]), -1);
  assert.equal(placeOf([0], [1, 3]), -1);
});

test("cells are named as the library names them", () => {
  assert.equal(cellName("z", [0, 1], [1, 3]), "z₂");
  assert.equal(cellName("∂L/∂W", [0, 1], [3, 4]), "∂L/∂W[1,2]");
  assert.equal(cellName("∂L/∂b", [11], [12]), "∂L/∂b₁₂");
  assert.equal(cellName("x̂", [0, 1], [1, 3]), "x̂[2]");
});

test("arrays are tables of the last axis across", () => {
  assert.deepEqual(tableShape([2, 3, 4]), { down: 6, across: 4 });
  assert.deepEqual(tableShape([]), { down: 1, across: 1 });
  assert.equal(shapeWords([1, 6, 24, 24]), "6 × 24 × 24");
  assert.equal(shapeWords([1]), "1");
});

test("the page that is shown is the one with the chosen number, within one matrix", () => {
  assert.deepEqual(pageOf([1, 3], 1), { top: 0, left: 0, height: 1, width: 3 });
  assert.deepEqual(pageOf([100, 2], 2 * 30), { top: 24, left: 0, height: 24, width: 2 });
  assert.deepEqual(pageOf([1, 6, 5, 5], 2 * 25 + 7), { top: 10, left: 0, height: 5, width: 5 });
  assert.deepEqual(pageOf([1, 1, 28, 28], 27 * 28 + 27), { top: 24, left: 24, height: 4, width: 4 });
});

test("arrows stay within a table", () => {
  const shape = { down: 2, across: 3 };
  assert.deepEqual(moved("ArrowRight", 0, 2, shape), [0, 2]);
  assert.deepEqual(moved("ArrowDown", 0, 1, shape), [1, 1]);
  assert.deepEqual(moved("End", 1, 0, shape), [1, 2]);
  assert.equal(moved("a", 0, 0, shape), null);
});

const format = (value) => String(value).replace("-", "−");
const more = (terms, total) => `${terms} more: ${total}`;
const number = (value) => ({ number: value });

test("negative numbers stand in brackets where they would be misread", () => {
  const sum = [number(0.2), "·", number(2), " + ", number(-0.5), "·", number(-3), " + ", number(0.1)];
  assert.equal(line(written(sum, format, more)), "0.2·2 − 0.5·(−3) + 0.1");
  assert.equal(line(written([number(-1), "²"], format, more)), "(−1)²");
  assert.equal(line(written(["max(0, ", number(-1), ")"], format, more)), "max(0, −1)");
  assert.equal(line(written([number(1), " + ", { terms: 97, total: -2 }], format, more)), "1 + [97 more: −2]");
});

test("where decimals have a comma, a semicolon parts the numbers of a list", () => {
  const french = (value) => format(value).replace(".", ",");
  assert.equal(line(written(["max(0, ", number(0.5), ")"], french, more)), "max(0; 0,5)");
});

test("what took part is told by its numbers, unless too many are equal", () => {
  const pieces = written([number(2), "·", number(7)], format, more);
  assert.deepEqual(partakers([1, 2, 7, "nan"], pieces), [1, 2]);
  const zeros = { shape: [1, 40], numbers: Array(40).fill(2) };
  assert.equal(marksOf(zeros, { shape: [1, 2], numbers: [14, 1] }, 0, pieces).size, 0);
  const alike = { shape: [1, 2], numbers: [2, 2] };
  assert.deepEqual([...marksOf(alike, { shape: [1, 2], numbers: [14, 1] }, 1, pieces)], [1]);
  const image = { shape: [1, 1, 3, 3], numbers: Array(9).fill(2) };
  assert.deepEqual([...marksOf(image, { shape: [1, 1], numbers: [1] }, 0, pieces, [[0, 1, 1], [0, 1, 2]])], [4, 5]);
});

test("bars of shares say size by length and sign by side", () => {
  assert.deepEqual(barOf({ share: 0.5, product: -2 }), { width: 50, against: true });
  assert.deepEqual(barOf({ share: null, product: "nan" }), { width: 0, against: false });
});

test("typed cells are numbers, texts or missing; what is neither is told", () => {
  const columns = [{ name: "area", kind: "number" }, { name: "town", kind: "text" }];
  const parse = (text) => (/^[\d.]+$/.test(text) ? Number(text) : null);
  assert.deepEqual(typedValues(columns, ["12.5", " Nice "], parse), { values: [12.5, "Nice"] });
  assert.deepEqual(typedValues(columns, ["", ""], parse), { values: [null, null] });
  assert.deepEqual(typedValues(columns, ["x", "Nice"], parse), { wrong: 0 });
  assert.ok(isTyped(columns));
  assert.ok(!isTyped([{ name: "", kind: "image" }]));
});
