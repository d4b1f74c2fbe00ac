// How a number came about, as it is written: the server sends its parts, texts between numbers and
// sums that are not written out. Negative numbers after an operator stand in brackets.

const MINUS = "−";

/**
 * @param {(string|{number: number|string}|{terms: number, total: number|string})[]} working
 * @param {(value: number) => string} format
 * @param {(terms: number, total: string) => string} more
 * @returns {{text: string, value?: number}[]} numbers with their values, so that they can be found
 */
export function written(working, format, more) {
  const pieces = [];
  const put = (text, value) => {
    const last = pieces.at(-1);
    if (value === undefined && last && last.value === undefined) last.text += text;
    else pieces.push(value === undefined ? { text } : { text, value });
  };
  const ending = () => pieces.map(({ text }) => text).join("").slice(-3);
  const comma = format(0.5).includes(",") ? "; " : ", ";
  working.forEach((part, at) => {
    if (typeof part === "string") {
      put(part.replaceAll(", ", comma));
      return;
    }
    if ("terms" in part) {
      put(`[${more(part.terms, format(Number(part.total)))}]`);
      return;
    }
    const value = Number(part.number);
    const number = format(value);
    const then = working[at + 1];
    const powered = typeof then === "string" && (then.startsWith("²") || then.startsWith("^"));
    if (!number.startsWith(MINUS)) return put(number, value);
    const text = ending();
    if (text.endsWith(" + ") && !powered) {
      pieces.at(-1).text = `${pieces.at(-1).text.slice(0, -2)}${MINUS} `;
      return put(number.slice(1), value);
    }
    const misread = text && !["(", "|", "▸"].some((end) => text.endsWith(end)) && !text.endsWith(", ") && !text.endsWith("; ");
    if (misread || powered) {
      put("(");
      put(number, value);
      return put(")");
    }
    return put(number, value);
  });
  return pieces;
}

/** The whole line. */
export const line = (pieces) => pieces.map(({ text }) => text).join("");

/**
 * The places in an array of numbers that stand in a working: those that took part.
 * @param {(number|string)[]} numbers @param {{value?: number}[]} pieces
 * @returns {number[]}
 */
export function partakers(numbers, pieces) {
  const values = new Set(pieces.filter(({ value }) => Number.isFinite(value)).map(({ value }) => value));
  const found = [];
  numbers.forEach((number, place) => {
    if (values.has(number)) found.push(place);
  });
  return found;
}
