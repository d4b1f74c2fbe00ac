// Frames are decoded as the contract writes them, from bytes that are put together here by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, slice } from "../../../src/axone/playground/page/core/frames.js";

/** A frame: length, header padded with spaces to a multiple of 8, then bytes at their offsets. */
function frame(header, bytes) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const buffer = new Uint8Array(4 + length + bytes.length).fill(0x20);
  new DataView(buffer.buffer).setUint32(0, length, true);
  buffer.set(text, 4);
  buffer.set(bytes, 4 + length);
  return buffer.buffer;
}

test("arrays of every type are read at their places, with their extras", () => {
  const bytes = new Uint8Array(40);
  bytes.set([1, 2, 255], 0);
  const view = new DataView(bytes.buffer);
  view.setInt32(8, -7, true);
  view.setInt32(12, 9, true);
  view.setFloat32(16, 0.5, true);
  view.setFloat64(24, -1e300, true);
  const { header, arrays } = decode(
    frame(
      {
        frame: 3,
        state: { epoch: 12 },
        arrays: [
          { name: "surface", dtype: "u1", shape: [1, 3], offset: 0, low: -1, high: 2 },
          { name: "confusion", dtype: "i4", shape: [2], offset: 8 },
          { name: "flow", dtype: "f4", shape: [1], offset: 16 },
          { name: "exact", dtype: "f8", shape: [1], offset: 24 },
        ],
      },
      bytes,
    ),
  );
  assert.equal(header.state.epoch, 12);
  assert.deepEqual([...arrays.get("surface").data], [1, 2, 255]);
  assert.deepEqual([arrays.get("surface").low, arrays.get("surface").high], [-1, 2]);
  assert.deepEqual([...arrays.get("confusion").data], [-7, 9]);
  assert.equal(arrays.get("flow").data[0], 0.5);
  assert.equal(arrays.get("exact").data[0], -1e300);
});

test("names in the header may have any letters", () => {
  const { header } = decode(frame({ frame: 1, words: "époque λ₂ 學", arrays: [] }, new Uint8Array(0)));
  assert.equal(header.words, "époque λ₂ 學");
});

test("an array that does not fit its frame is an error, not a wrong picture", () => {
  const described = { name: "surface", dtype: "f4", shape: [100], offset: 0 };
  assert.throws(() => decode(frame({ frame: 1, arrays: [described] }, new Uint8Array(8))), RangeError);
});

test("a type that nobody agreed on is an error", () => {
  const described = { name: "surface", dtype: "f2", shape: [1], offset: 0 };
  assert.throws(() => decode(frame({ frame: 1, arrays: [described] }, new Uint8Array(8))), RangeError);
});

test("a header longer than the frame is an error", () => {
  const buffer = new ArrayBuffer(16);
  new DataView(buffer).setUint32(0, 1000, true);
  assert.throws(() => decode(buffer), RangeError);
});

test("a slice is one unit of a layer", () => {
  const array = { shape: [3, 2, 2], data: Uint8Array.from([0, 0, 0, 0, 1, 2, 3, 4, 9, 9, 9, 9]) };
  assert.deepEqual([...slice(array, 1)], [1, 2, 3, 4]);
});
