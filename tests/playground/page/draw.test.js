// The drawing functions, on a context that writes down what they draw.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SHAPES } from "../../../src/axone/playground/page/core/colors.js";
import { divergingRamp, parseColor, readableOn } from "../../../src/axone/playground/page/draw/color.js";
import { drawPointSample, drawScaleBar } from "../../../src/axone/playground/page/draw/legend.js";
import { drawLines, valueAt } from "../../../src/axone/playground/page/draw/lines.js";
import { DASH, drawLinks, inGroups, linkStyle } from "../../../src/axone/playground/page/draw/links.js";
import { shapeOf } from "../../../src/axone/playground/page/draw/marks.js";
import { aroundZero, asBytes, finer, paintChannel, paintShares } from "../../../src/axone/playground/page/draw/raster.js";
import { extent, logTicks, scale, ticks } from "../../../src/axone/playground/page/draw/scales.js";
import { drawSurface, nearestPoint, neighbour, surfaceFrame } from "../../../src/axone/playground/page/draw/surface.js";
import { drawConfusion, drawFlow, drawResiduals } from "../../../src/axone/playground/page/draw/tables.js";
import { drawUnit } from "../../../src/axone/playground/page/draw/unit.js";
import { COLORS, recorder } from "./recorder.js";

const SIZE = { width: 360, height: 360 };
const PLANE = { names: ["x₁", "x₂"], x: [-1, 1], y: [-1, 1] };
const format = (value) => String(value);

function surface(overrides = {}) {
  return {
    plane: PLANE, image: null, classes: 2, selected: null, format, colorOf: (label) => COLORS.classes[label],
    points: { places: Float32Array.of(0, 0, 0.5, 0.5), labels: [0, 1], predicted: [0, 1], numbers: [7, 9], parts: [0, 0] },
    ...overrides,
  };
}

test("a larger weight is a wider and stronger line", () => {
  const styles = [0.1, 0.4, 1, 2].map((weight) => linkStyle(weight, 2));
  for (let i = 1; i < styles.length; i += 1) {
    assert.ok(styles[i].width > styles[i - 1].width);
    assert.ok(styles[i].alpha > styles[i - 1].alpha);
  }
});

test("signs are told by dashes, not by colour alone", () => {
  assert.deepEqual(linkStyle(1, 1).dash, []);
  assert.deepEqual(linkStyle(-1, 1).dash, DASH);
  const context = recorder();
  const links = [{ x0: 0, y0: 0, x1: 9, y1: 9, weight: 0.5 }, { x0: 0, y0: 9, x1: 9, y1: 0, weight: -0.5 }];
  drawLinks(context, { layers: [{ links, most: 0.5 }], down: false, lit: null }, SIZE, COLORS);
  const strokes = context.named("stroke");
  assert.deepEqual(strokes.map(({ dash }) => dash.length > 0).sort(), [false, true]);
  assert.notEqual(strokes[0].strokeStyle, strokes[1].strokeStyle);
});

test("strong links are drawn over weak ones", () => {
  const links = [3, 0.2, -1, 0.1].map((weight) => ({ weight }));
  const widths = [...inGroups(links, 3).values()].map(({ style }) => style.width);
  assert.deepEqual(widths, [...widths].sort((a, b) => a - b));
});

test("links of the unit that is looked at stand out of the others", () => {
  const link = { x0: 0, y0: 0, x1: 9, y1: 9, weight: 1 };
  const context = recorder();
  drawLinks(context, { layers: [{ links: [link, { ...link, y0: 5 }], most: 1 }], down: true, lit: [link] }, SIZE, COLORS);
  const [faint, lit] = context.named("stroke").map(({ globalAlpha }) => globalAlpha);
  assert.ok(lit > 3 * faint);
});

test("each class has a shape of its own", () => {
  assert.equal(new Set(SHAPES.map((_, label) => shapeOf(label))).size, SHAPES.length);
  const paths = SHAPES.map((_, label) => {
    const context = recorder();
    drawPointSample(context, { label, color: "#000000" }, { width: 18, height: 18 }, COLORS);
    return JSON.stringify(context.calls.filter(({ name }) => !["stroke", "fill", "clearRect"].includes(name)).map(({ name, args }) => [name, args]));
  });
  assert.equal(new Set(paths).size, SHAPES.length);
});

test("training rows are filled, validation rows are rings", () => {
  const filled = recorder();
  drawSurface(filled, surface(), SIZE, COLORS);
  assert.equal(filled.named("fill").length, 2);
  const rings = recorder();
  const { points } = surface();
  drawSurface(rings, surface({ points: { ...points, parts: [1, 1] } }), SIZE, COLORS);
  assert.equal(rings.named("fill").length, 0);
  assert.ok(rings.named("stroke").some(({ strokeStyle }) => strokeStyle === COLORS.classes[1]));
});

test("a row that is taken for another class is crossed out, and drawn last", () => {
  const context = recorder();
  const { points } = surface();
  drawSurface(context, surface({ points: { ...points, predicted: [1, 1] } }), SIZE, COLORS);
  const fills = context.named("fill");
  assert.equal(fills[fills.length - 1].fillStyle, COLORS.classes[0]);
  const last = context.named("stroke").pop();
  assert.equal(last.strokeStyle, COLORS.ink);
});

test("points outside the plane are not drawn", () => {
  const context = recorder();
  const { points } = surface();
  drawSurface(context, surface({ points: { ...points, places: Float32Array.of(0, 0, 5, 5) } }), SIZE, COLORS);
  assert.equal(context.named("fill").length, 1);
});

test("a surface's picture fills the frame that its axes stand around", () => {
  const context = recorder();
  const image = { width: 2, height: 2 };
  drawSurface(context, surface({ image }), SIZE, COLORS);
  const [call] = context.named("drawImage");
  const { box } = surfaceFrame(PLANE, SIZE);
  assert.deepEqual(call.args, [image, box.left, box.top, box.right - box.left, box.bottom - box.top]);
  assert.ok(context.texts().includes("x₁") && context.texts().includes("x₂"));
});

test("the nearest row is found within reach only", () => {
  const { points } = surface();
  const frame = surfaceFrame(PLANE, SIZE);
  assert.equal(nearestPoint(points, frame, frame.x.place(0.5) + 3, frame.y.place(0.5)), 1);
  assert.equal(nearestPoint(points, frame, frame.x.place(-1), frame.y.place(1)), null);
});

test("arrow keys go to the next row in that direction, and stay where there is none", () => {
  const { points } = surface();
  const frame = surfaceFrame(PLANE, SIZE);
  assert.equal(neighbour(points, frame, 0, [1, 0]), 1);
  assert.equal(neighbour(points, frame, 0, [0, -1]), 1);
  assert.equal(neighbour(points, frame, 1, [1, 0]), 1);
});

test("certain shares have the class's colour, undecided ones hardly any", () => {
  const blue = parseColor("#0072b2");
  const { data } = paintShares(Uint8Array.of(255, 0, 128, 127), 1, 2, 2, COLORS.classes, "#ffffff", { strength: 1 });
  blue.forEach((part, i) => assert.ok(Math.abs(data[i] - part) <= 1));
  assert.ok(data[4] > 220 && data[5] > 220 && data[6] > 200);
});

test("discretised shares are the likeliest class's alone", () => {
  const options = { discretise: true, strength: 1 };
  const { data } = paintShares(Uint8Array.of(250, 5, 130, 125), 1, 2, 2, COLORS.classes, "#ffffff", options);
  assert.deepEqual([...data.slice(0, 3)], [...data.slice(4, 7)]);
});

test("the first row of an array is the lowest of the picture; of an image it is the highest", () => {
  const table = new Uint8ClampedArray(256 * 3);
  table[255 * 3] = 200;
  const places = Uint8Array.from({ length: 256 }, (_, i) => i);
  const values = Uint8Array.of(255, 0);
  assert.deepEqual([paintChannel(values, 2, 1, places, table).data[0], paintChannel(values, 2, 1, places, table).data[4]], [0, 200]);
  assert.equal(paintChannel(values, 2, 1, places, table, true).data[0], 200);
});

test("0 is the ground's colour wherever it lies in an array's range", () => {
  const table = divergingRamp(COLORS);
  for (const [low, high] of [[-1, 1], [-1, 3], [-10, 2]]) {
    const byte = Math.round((-low / (high - low)) * 255);
    const step = aroundZero(low, high)[byte] * 3;
    for (let part = 0; part < 3; part += 1) assert.ok(table[step + part] >= 250, `${low}…${high}`);
  }
  const [negative, positive] = [aroundZero(-2, 1)[0], aroundZero(-2, 1)[255]];
  assert.equal(negative, 0);
  assert.ok(positive > 185 && positive < 195);
});

test("weights of either sign become bytes with their range", () => {
  const { bytes, low, high } = asBytes([-2, 0, 1]);
  assert.deepEqual([low, high], [-2, 2]);
  assert.deepEqual([...bytes].map((byte) => Math.round(low + ((high - low) * byte) / 255)), [-2, 0, 1]);
});

test("finer arrays keep the points that there were and lie between them elsewhere", () => {
  const { values, rows, columns } = finer(Uint8Array.of(0, 100, 200, 255), 2, 2, 1, 2);
  assert.deepEqual([rows, columns], [3, 3]);
  assert.deepEqual([values[0], values[2], values[6], values[8]], [0, 100, 200, 255]);
  assert.equal(values[1], 50);
});

test("ticks are round, within the range, and about as many as wanted", () => {
  assert.deepEqual(ticks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(ticks(-7, 13, 4), [-5, 0, 5, 10]);
  assert.deepEqual(ticks(0.001, 0.0042, 3), [0.002, 0.004]);
  for (const [low, high] of [[0, 3e-9], [-5e8, 1e9], [99.99, 100.01], [1, 1.0001]]) {
    const found = ticks(low, high, 5);
    assert.ok(found.length >= 2 && found.length <= 11, `${found}`);
    for (const value of found) assert.ok(value >= low - 1e-12 * Math.abs(low) && value <= high * (1 + 1e-12));
  }
});

test("logarithmic ticks are powers of ten, fewer of many and with 2 and 5 of few", () => {
  assert.deepEqual(logTicks(1, 1000), [1, 10, 100, 1000]);
  assert.deepEqual(logTicks(1, 100), [1, 2, 5, 10, 20, 50, 100]);
  assert.ok(logTicks(1e-12, 1e4, 5).length <= 6);
  assert.ok(logTicks(1.1, 1.4).length >= 2);
});

test("a scale's place and value are each other's way back, also logarithmically", () => {
  for (const log of [false, true]) {
    const axis = scale(0.01, 100, 40, 340, log);
    for (const value of [0.01, 0.5, 7, 100]) assert.ok(Math.abs(axis.value(axis.place(value)) / value - 1) < 1e-9);
  }
  assert.equal(scale(1, 100, 0, 200, true).place(10), 100);
});

test("numbers that are none do not stretch an axis", () => {
  assert.deepEqual(extent([[1, NaN, 3, Infinity]], false, 0), [1, 3]);
  assert.deepEqual(extent([[0, -1, 10, 1000]], true, 0), [10, 1000]);
  assert.equal(extent([[NaN]]), null);
});

test("curves break where there is no number, and go on after it", () => {
  const context = recorder();
  const curve = { name: "a", x: [1, 2, 3, 4, 5], y: [1, 2, NaN, 2, 1], color: "#123456", dash: [6, 3], width: 2 };
  drawLines(context, { curves: [curve], format }, SIZE, COLORS);
  const start = context.calls.findIndex(({ strokeStyle, name }) => strokeStyle === "#123456" && name === "beginPath");
  const steps = context.calls.slice(start + 1).filter(({ name, strokeStyle }) => strokeStyle === "#123456" && name.endsWith("To"));
  assert.deepEqual(steps.map(({ name }) => name), ["moveTo", "lineTo", "moveTo", "lineTo"]);
  assert.deepEqual(steps[0].dash, [6, 3]);
});

test("a chart without numbers says so in words", () => {
  const context = recorder();
  drawLines(context, { curves: [], format, empty: "nothing yet" }, SIZE, COLORS);
  assert.deepEqual(context.texts(), ["nothing yet"]);
});

test("a curve is read at its nearest epoch, and not beyond its end", () => {
  const curve = { x: [1, 10, 20], y: [5, 6, 7] };
  assert.equal(valueAt(curve, 2), 5);
  assert.equal(valueAt(curve, 8), 6);
  assert.equal(valueAt(curve, 20), 7);
  assert.equal(valueAt(curve, 40), null);
});

test("a confusion matrix has its counts, and right answers in a frame", () => {
  const context = recorder();
  const data = { counts: [5, 1, 2, 8], names: ["a", "b"], trueName: "true", predictedName: "predicted", format };
  drawConfusion(context, data, SIZE, COLORS);
  for (const count of ["5", "1", "2", "8"]) assert.ok(context.texts().includes(count));
  assert.equal(context.named("rect").length, 2);
});

test("text on a dark cell is light and on a light one dark", () => {
  const [white, black] = [[255, 255, 255], [0, 0, 0]];
  assert.deepEqual(readableOn([0, 97, 154], white, black), white);
  assert.deepEqual(readableOn([230, 230, 120], white, black), black);
});

test("a hundred times the gradient is two decades more of a bar; none has no bar", () => {
  const context = recorder();
  drawFlow(context, { norms: [0.01, 1, 0], names: ["1", "2", "3"], format, noneText: "none" }, SIZE, COLORS);
  const [short, long, none] = context.named("fillRect").map(({ args }) => args[2]);
  assert.ok(long > short && short > 0);
  assert.equal(none, 0);
  assert.ok(context.texts().includes("none"));
});

test("a right prediction lies on the diagonal", () => {
  const context = recorder();
  drawResiduals(context, { pairs: [0, 0, 10, 10], wantedName: "wanted", predictedName: "predicted", format }, SIZE, COLORS);
  const diagonal = context.calls.findIndex(({ name, dash }) => name === "moveTo" && dash.length > 0);
  const [from, to] = [context.calls[diagonal].args, context.calls[diagonal + 1].args];
  for (const { args: [x, y] } of context.named("arc")) {
    const along = (x - from[0]) / (to[0] - from[0]);
    assert.ok(Math.abs(from[1] + along * (to[1] - from[1]) - y) < 1e-6);
  }
});

test("a dead unit is crossed out, a saturated one has bars, a live one neither", () => {
  const marks = (condition) => {
    const context = recorder();
    drawUnit(context, { image: null, condition, bias: null }, { width: 40, height: 40 }, COLORS);
    return [context.named("lineTo").length, context.named("fillRect").filter(({ fillStyle }) => fillStyle === COLORS.warning).length];
  };
  assert.deepEqual([marks("alive"), marks("dead"), marks("saturated")], [[0, 0], [4, 0], [0, 2]]);
});

test("a bias is a bar to the right where it is positive, to the left where negative", () => {
  const bar = (bias) => {
    const context = recorder();
    drawUnit(context, { image: null, condition: "alive", bias }, { width: 40, height: 40 }, COLORS);
    return context.named("fillRect").pop();
  };
  assert.ok(bar(0.5).args[0] >= 20 && bar(0.5).fillStyle === COLORS.positive);
  assert.ok(bar(-0.5).args[0] < 20 && bar(-0.5).fillStyle === COLORS.negative);
});

test("a scale's bar has round numbers under it", () => {
  const context = recorder();
  drawScaleBar(context, { table: divergingRamp(COLORS), places: aroundZero(-2, 2), low: -2, high: 2, format }, { width: 280, height: 32 }, COLORS);
  assert.deepEqual(context.texts(), ["-2", "0", "2"]);
});
