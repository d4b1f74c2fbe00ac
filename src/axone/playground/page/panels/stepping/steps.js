// A trace as a row of steps, one after the other: what each is made of, and which of its numbers. Pure
// functions of what the server says; nothing here draws.

export const KINDS = ["input", "forward", "loss", "backward", "update"];

/**
 * @typedef {{shape: number[], numbers: (number|string)[], whole?: number[]}} Block numbers in rows, and
 *   the shape of the whole where it is cut
 * @typedef {{number: number, kind: string, layer: number|null, name: string, titles: string[],
 *   symbol: string, equation: string, block: Block, before: Block|null, labels: string[],
 *   cells: Object[], source: number[], skipped: number}} Item `skipped`:
 *   positions before it that are not there
 */

/**
 * The steps of a trace that computed something, in the order in which they are gone through.
 * @param {Object} trace @returns {Item[]}
 */
export function itemsOf(trace) {
  const items = [];
  let skipped = 0;
  const walk = (step, titles, name) => {
    skipped += step.left_out ?? 0;
    const own = step.title ? [...titles, counted(step.title, step.layer)] : titles;
    const named = step.name || name;
    if (step.array) {
      items.push({
        number: step.step,
        kind: step.kind,
        layer: step.layer ?? null,
        name: named,
        titles: own,
        symbol: step.symbol ?? "",
        equation: step.equation ?? "",
        block: step.whole ? { ...step.array, whole: step.whole } : step.array,
        before: step.before ?? null,
        labels: step.labels ?? [],
        cells: step.cells ?? [],
        source: step.source ?? [],
        skipped,
      });
      skipped = 0;
    }
    for (const child of step.children ?? []) walk(child, own, named);
  };
  for (const step of trace.steps) walk(step, [], "");
  return items;
}

/**
 * The items in their groups: the parts of a pass, and in each what belongs to one layer or array.
 * @param {Item[]} items
 * @returns {{kind: string, groups: {title: string, first: number, items: number[]}[]}[]}
 */
export function partsOf(items) {
  const parts = [];
  items.forEach((item, at) => {
    let part = parts.at(-1);
    if (!part || part.kind !== item.kind) parts.push((part = { kind: item.kind, groups: [] }));
    const title = titleOf(item);
    const last = part.groups.at(-1);
    if (last && last.title === title) last.items.push(at);
    else part.groups.push({ title, first: at, items: [at] });
  });
  return parts;
}

/** A layer's title with its number as the page counts: from 1. @param {string} title @param {number} [layer] */
function counted(title, layer) {
  const start = `${layer} `;
  return layer !== undefined && title.startsWith(start) ? `${layer + 1} ${title.slice(start.length)}` : title;
}

/** What an item belongs to: the layer with what lies within it, and of an update the array. @param {Item} item */
export function titleOf(item) {
  if (item.kind === "loss") return (item.titles.at(-1) ?? "").replaceAll("_", " ");
  if (item.kind === "update") return item.titles.at(-1) ?? "";
  return item.titles.join(" · ");
}

/** Where in the items a neuron's sum stands. @param {Item[]} items @param {number} layer */
export function sumOf(items, layer) {
  const own = items.map((item, at) => ({ item, at })).filter(({ item }) => item.kind === "forward" && item.layer === layer);
  const sum = own.find(({ item }) => item.symbol === "z") ?? own.at(-1);
  return sum ? sum.at : -1;
}

/** The index of a cell from its place among all. @param {number} place @param {number[]} shape */
export function indexOf(place, shape) {
  const index = [];
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    index[axis] = place % shape[axis];
    place = Math.floor(place / shape[axis]);
  }
  return index;
}

/** Its place among all cells, or −1. @param {number[]} index @param {number[]} shape */
export function placeOf(index, shape) {
  if (index.length !== shape.length) return -1;
  let place = 0;
  for (let axis = 0; axis < shape.length; axis += 1) {
    if (index[axis] < 0 || index[axis] >= shape[axis]) return -1;
    place = place * shape[axis] + index[axis];
  }
  return place;
}

const BELOW = "₀₁₂₃₄₅₆₇₈₉";
const LETTER = /\p{L}$/u;

/** A cell's name, as the library writes it: z₂, ∂L/∂W[1,2]. */
export function cellName(symbol, index, shape) {
  let places = index.map((place) => place + 1);
  if (places.length > 1 && shape[0] === 1) places = places.slice(1);
  const short = LETTER.test(symbol) && ([...symbol].length === 1 || symbol.includes("/"));
  if (places.length === 1 && short) {
    return symbol + [...String(places[0])].map((digit) => BELOW[digit]).join("");
  }
  return places.length ? `${symbol}[${places.join(",")}]` : symbol;
}

/** Two axes of an array: the last across, all others down. @param {number[]} shape */
export function tableShape(shape) {
  const across = shape.length ? shape.at(-1) : 1;
  return { down: shape.slice(0, -1).reduce((a, b) => a * b, 1), across };
}

/**
 * Which arrays an item is made of, in the order in which its equation names them.
 * @param {Item[]} items @param {number} at
 * @param {Object<string, Block>} parameters
 * @returns {{symbol: string, block: Block, labels: string[]}[]}
 */
export function operandsOf(items, at, parameters) {
  const known = environmentOf(items, at, parameters);
  const right = items[at].equation.split(" = ").slice(1).join(" = ") || items[at].equation;
  const named = symbolsIn(right, [...known.keys()]);
  const found = named.map((symbol) => known.get(symbol));
  // The same array under two names stands there once.
  return found.filter((operand, place) => found.findIndex(({ block }) => block === operand.block) === place);
}

/**
 * Symbols in an equation, the longest first, each once, in the order in which they come.
 * @param {string} text @param {string[]} symbols
 */
export function symbolsIn(text, symbols) {
  const longest = [...symbols].sort((a, b) => b.length - a.length);
  const found = [];
  for (let at = 0; at < text.length; ) {
    const symbol = longest.find((each) => text.startsWith(each, at) && standsAlone(text, at, each));
    if (symbol) {
      if (!found.includes(symbol)) found.push(symbol);
      at += symbol.length;
    } else {
      at += 1;
    }
  }
  return found;
}

// The sign of a transposed matrix is a letter to Unicode, and none here.
const WORD = /(?!ᵀ)[\p{L}\p{M}_′]/u;
const MARK = /[\p{M}′]/u;

/** A symbol is no part of a longer word: the a of tanh is none. */
function standsAlone(text, at, symbol) {
  const before = [...text.slice(0, at)].at(-1) ?? "";
  const after = [...text.slice(at + symbol.length)][0] ?? "";
  if (MARK.test(after)) return false;
  const letters = WORD.test([...symbol][0]);
  const joined = (letters && (WORD.test(before) || before === "∂")) || (WORD.test([...symbol].at(-1)) && WORD.test(after));
  return !joined;
}

const OF_WEIGHTS = {
  weight: ["W", "weight", "w"],
  bias: ["b", "bias"],
  recurrent_weight: ["U"],
  recurrent_bias: ["b′"],
  alpha: ["α", "alpha"],
};
const GATES = { "ᵢ": 1, "ᵣ": 1, "ₙ": 1, "ₒ": 1, "_f": 1, "_g": 1, "_z": 1 };
const TIME = ["ₜ", "ₜ₋₁", "ₜ₊₁"];

function environmentOf(items, at, parameters) {
  const item = items[at];
  const known = new Map();
  const name = (symbol, other) =>
    known.set(symbol, { symbol: other.symbol || symbol, block: other.block, labels: other.labels ?? [] });
  const earlier = items.slice(0, at);
  if (item.kind === "forward" || item.kind === "backward") {
    const layer = item.layer;
    const input = outputBefore(items, layer);
    if (input) for (const symbol of ["x", "X"]) name(symbol, { ...input, symbol: "x" });
    for (const [full, block] of Object.entries(parameters)) {
      const [position, ...rest] = full.split(".");
      if (Number(position) !== layer) continue;
      for (const symbol of OF_WEIGHTS[rest.join(".")] ?? [rest.join(".")]) {
        name(symbol, { symbol, block });
        for (const gate of Object.keys(GATES)) if ("WUb".includes(symbol)) name(symbol + gate, { symbol, block });
      }
    }
    const own = earlier.filter((each) => each.layer === layer && (each.kind === "forward" || each.kind === item.kind));
    const near = own.filter((each) => each.titles.length < 2 || each.titles.at(-1) === item.titles.at(-1));
    for (const each of near) {
      name(each.symbol, each);
      for (const time of TIME.slice(0, 1)) name(each.symbol + time, each);
    }
    if (input) name("xₜ", { ...input, symbol: "x" });
    if (item.kind === "backward") {
      const upstream = above(items, at, layer);
      if (upstream) for (const symbol of ["∂L/∂a", "∂L/∂y", "∂L/∂Y", "∂L/∂yₜ"]) name(symbol, { ...upstream, symbol });
      const outputs = earlier.filter((each) => each.kind === "loss" && each.symbol === "δ");
      if (!known.has("δ") && outputs.length) name("δ", outputs.at(-1));
    }
  } else if (item.kind === "loss") {
    for (const each of earlier) if (each.kind === "loss") name(each.symbol, each);
    const forward = earlier.filter((each) => each.kind === "forward");
    const sums = forward.filter((each) => each.symbol === "z");
    if (sums.length) name("z", sums.at(-1));
    if (forward.length) name("ŷ", { ...forward.at(-1), symbol: "ŷ" });
    for (const symbol of ["yₖ", "ŷₖ"]) {
      const own = known.get(symbol[0]);
      if (own) name(symbol, own);
    }
  } else if (item.kind === "update") {
    const own = earlier.filter((each) => each.kind === "update" && each.name === item.name);
    for (const each of own) name(each.symbol === "g penalised" || each.symbol.startsWith("g ") ? "g" : each.symbol, each);
    const before = item.before && { symbol: item.symbol, block: item.before };
    if (before) name(item.symbol, { ...before, symbol: `${item.symbol}` });
    const gradient = gradientOf(earlier, item);
    if (gradient) for (const letter of ["W", "w", "b"]) name(`∂L/∂${letter}`, gradient);
  }
  return known;
}

/** What a layer is given: the output of the one before, or the example. */
function outputBefore(items, layer) {
  const before = items.filter((each) => each.kind === "forward" && each.layer !== null && each.layer < layer);
  return before.at(-1) ?? items.find((each) => each.kind === "input");
}

/** ∂L/∂ of a layer's output: ∂L/∂x of the layer behind it, or δ of the loss. */
function above(items, at, layer) {
  const behind = items.slice(0, at).filter((each) => each.kind === "backward" && each.layer > layer && each.symbol === "∂L/∂x");
  return behind.at(-1) ?? items.slice(0, at).filter((each) => each.kind === "loss" && each.symbol === "δ").at(-1);
}

function gradientOf(earlier, item) {
  const [position, ...rest] = item.name.split(".");
  const short = { weight: ["∂L/∂W", "∂L/∂weight"], bias: ["∂L/∂b", "∂L/∂bias"] }[rest.join(".")] ?? [`∂L/∂${rest.join(".")}`];
  return earlier.find((each) => each.kind === "backward" && each.layer === Number(position) && short.includes(each.symbol));
}
