// Source text in pieces: nothing of it is lost, and a sign of one kind within the other is none.

import assert from "node:assert/strict";
import { test } from "node:test";

import { pieces } from "../../../src/axone/playground/page/panels/code/marks.js";

const kinds = (source) => pieces(source).filter(({ kind }) => kind).map(({ kind, words }) => [kind, words]);

test("the pieces of a text are the text", () => {
  const source = `# one "two"\nx = "a # b"  # 'c'\ny = 'it\\'s' + "open\nz = 1`;
  assert.equal(pieces(source).map(({ words }) => words).join(""), source);
});

test("comments and texts in quotes are told apart, one within the other too", () => {
  assert.deepEqual(kinds(`x = "a # b"  # 'c'`), [["text", `"a # b"`], ["comment", "# 'c'"]]);
  assert.deepEqual(kinds(`'it\\'s' + 1`), [["text", `'it\\'s'`]]);
});

test("a quote that is not closed marks nothing of the lines after it", () => {
  assert.deepEqual(kinds(`x = "open\ny = 2`), []);
});
