// The pure parts of the rows panel: cells in miniature, orders, keys.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOf, pathOf, rgba, shownAnswer } from "../../../src/axone/playground/page/panels/rows/cells.js";
import { movedTo, ordersOf } from "../../../src/axone/playground/page/panels/rows/rows.js";

test("pixels come as bytes, grey ones in all three colours", () => {
  assert.deepEqual([...bytesOf("AAH/")], [0, 1, 255]);
  assert.deepEqual([...rgba(new Uint8Array([7, 9]), 1)], [7, 7, 7, 255, 9, 9, 9, 255]);
  assert.deepEqual([...rgba(new Uint8Array([1, 2, 3]), 3)], [1, 2, 3, 255]);
});

test("a line is broken where something is missing, and flat where all is alike", () => {
  assert.equal(pathOf([0, 1, null, 1], 0, 1, 90, 10), "M0.0 10.0L30.0 0.0M90.0 0.0");
  assert.equal(pathOf([5, 5], 5, 5, 10, 10), "M0.0 5.0L10.0 5.0");
});

test("numbers are ordered by loss, classes by mistakes too", () => {
  assert.deepEqual(ordersOf("classification"), ["number", "loss", "wrong"]);
  assert.deepEqual(ordersOf("regression"), ["number", "loss"]);
});

test("keys move from row to row, and no further", () => {
  assert.equal(movedTo("ArrowDown", 49, 50), 49);
  assert.equal(movedTo("ArrowUp", 0, 50), 0);
  assert.equal(movedTo("PageDown", 5, 50), 15);
  assert.equal(movedTo("End", 0, 50), 49);
  assert.equal(movedTo("x", 0, 50), null);
  assert.equal(movedTo("End", 0, 0), null);
});

test("answers are names, numbers, or the first of many", () => {
  const app = { t: (key, { first, count } = {}) => (key === "rows.several" ? `${first} and ${count} more` : key), numbers: { short: String } };
  assert.equal(shownAnswer("setosa", app), "setosa");
  assert.equal(shownAnswer(2.5, app), "2.5");
  assert.equal(shownAnswer(null, app), "–");
  assert.equal(shownAnswer([], app), "rows.nothing");
  assert.equal(shownAnswer([1, 2, 3, 4, 5], app), "1, 2, 3 and 2 more");
});
