// The network's layout: nothing overlaps, whatever the size of the network and of the screen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LEAST_UNIT, anchor, gapAfter, layOut, tile } from "../../../src/axone/playground/page/draw/columns.js";

const WIDTHS = [320, 358, 390, 520, 700, 720, 1024, 1440];

function network(hidden, units, kind = "units") {
  const layer = { kind, count: units, more: units > 16 };
  return [{ kind: "units", count: 2, more: false }, ...Array(hidden).fill(layer), { kind: "units", count: 3, more: false }];
}

const overlaps = (a, b) =>
  a.x < b.x + b.width - 1e-6 && b.x < a.x + a.width - 1e-6 && a.y < b.y + b.height - 1e-6 && b.y < a.y + a.height - 1e-6;

function rectsOf(layout) {
  const own = layout.columns.flatMap((column) => [column.head, ...column.units, column.more, column.box].filter(Boolean));
  return [...own, ...layout.columns.slice(1).map((_, i) => gapAfter(layout, i))];
}

test("nothing overlaps, for 1 to 8 layers of 1 to 64 units on screens of 320 to 1440 pixels", () => {
  for (const width of WIDTHS) {
    for (let hidden = 1; hidden <= 8; hidden += 1) {
      for (const units of [1, 2, 5, 8, 9, 15, 16, 17, 33, 64]) {
        const rects = rectsOf(layOut(network(hidden, units), width));
        for (let i = 0; i < rects.length; i += 1) {
          for (let j = i + 1; j < rects.length; j += 1) {
            assert.ok(!overlaps(rects[i], rects[j]), `${hidden} layers of ${units} at ${width}: ${JSON.stringify([rects[i], rects[j]])}`);
          }
        }
      }
    }
  }
});

test("everything lies within the drawing, and no unit is smaller than a finger needs", () => {
  for (const width of WIDTHS) {
    for (const kind of ["units", "box"]) {
      for (const units of [1, 16, 64]) {
        const layout = layOut(network(4, units, kind), width);
        for (const rect of rectsOf(layout)) {
          assert.ok(rect.x >= -1e-6 && rect.x + rect.width <= layout.width + 1e-6, JSON.stringify({ width, rect }));
          assert.ok(rect.y >= 0 && rect.y + rect.height <= layout.height + 1e-6, JSON.stringify({ width, rect }));
        }
        for (const unit of layout.columns.flatMap((column) => column.units)) assert.ok(unit.width >= LEAST_UNIT);
      }
    }
  }
});

test("a narrow screen has layers one below the other and is no wider than the screen", () => {
  for (const width of [320, 358, 390]) {
    const layout = layOut(network(3, 8), width);
    assert.equal(layout.down, true);
    assert.ok(layout.width <= width);
  }
  assert.equal(layOut(network(3, 8), 720).down, false);
});

test("links leave at a unit's far edge and arrive at its near one", () => {
  const layout = layOut(network(1, 4), 700);
  const [input, hidden] = layout.columns;
  const [x0, y0] = anchor(input, 0, 2, "out", false);
  const [x1] = anchor(hidden, 3, 4, "in", false);
  assert.equal(x0, input.units[0].x + input.units[0].width);
  assert.equal(y0, input.units[0].y + input.units[0].height / 2);
  assert.equal(x1, hidden.units[3].x);
  assert.equal(anchor(hidden, 4, 64, "in", false), null);
});

test("a box's channels leave along its whole edge, in order", () => {
  const layout = layOut([{ kind: "box", count: 0, more: false }, { kind: "units", count: 2, more: false }], 700);
  const { box } = layout.columns[0];
  const ends = [0, 1, 2].map((i) => anchor(layout.columns[0], i, 3, "out", false));
  assert.deepEqual(ends.map(([x]) => x), [box.x + box.width, box.x + box.width, box.x + box.width]);
  assert.ok(ends[0][1] > box.y && ends[0][1] < ends[1][1] && ends[1][1] < ends[2][1] && ends[2][1] < box.y + box.height);
});

test("feature maps are tiled within their room", () => {
  for (const count of [1, 6, 8, 16, 64]) {
    for (const aspect of [1, 6]) {
      const places = tile({ width: 130, height: 100 }, count, aspect);
      assert.ok(places.length >= 1 && places.length <= count);
      for (const rect of places) {
        assert.ok(rect.x + rect.width <= 130 + 1e-6 && rect.y + rect.height <= 100 + 1e-6, JSON.stringify({ count, aspect, rect }));
      }
    }
  }
});
