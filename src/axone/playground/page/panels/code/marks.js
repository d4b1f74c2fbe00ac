// Source text with its comments and its texts in quotes marked, for Python and TOML alike: enough to
// find one's way, by one expression and without a grammar.

import { h } from "../../core/elements.js";

const PARTS = /(#[^\n]*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/g;

/**
 * The pieces of a text in order: `kind` is "comment", "text", or "" of all else.
 * @param {string} source @returns {{kind: string, words: string}[]}
 */
export function pieces(source) {
  const found = [];
  let at = 0;
  for (const part of source.matchAll(PARTS)) {
    if (part.index > at) found.push({ kind: "", words: source.slice(at, part.index) });
    found.push({ kind: part[1] === undefined ? "text" : "comment", words: part[0] });
    at = part.index + part[0].length;
  }
  if (at < source.length) found.push({ kind: "", words: source.slice(at) });
  return found;
}

/** The same as nodes. @param {string} source @returns {(Node|string)[]} */
export const marked = (source) =>
  pieces(source).map(({ kind, words }) => (kind ? h("span", { class: `mark-${kind}` }, words) : words));

/** A sentence in which what stands between backquotes is code. @param {string} words */
export const withCode = (words) => words.split("`").map((part, index) => (index % 2 ? h("code", null, part) : part));
