// How numbers are written, in the page's language, and how typed ones are read. What is read takes
// both 0.5 and 0,5 where the language writes a comma.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const SHARES = new Set(["accuracy", "balanced_accuracy", "precision", "recall"]);

/** @param {string} language such as "fr" */
export function createNumbers(language) {
  const cache = new Map();
  const formatter = (options) => {
    const key = JSON.stringify(options);
    if (!cache.has(key)) cache.set(key, new Intl.NumberFormat(language, options));
    return cache.get(key);
  };
  const minus = (text) => text.replace("-", "−");
  const decimal = formatter({}).formatToParts(1.5).find((part) => part.type === "decimal").value;

  const numbers = {
    language,

    /** A count: 12,345. */
    integer: (value) => minus(formatter({ maximumFractionDigits: 0 }).format(value)),

    /** By `digits` figures: 0.0648, 29,900, 3.2·10⁻⁵. */
    short(value, digits = 3) {
      if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
      const size = Math.abs(value);
      if (size !== 0 && (size < 1e-3 || size >= 1e7)) return scientific(value, digits);
      if (size >= 1000) return numbers.integer(value);
      return minus(formatter({ maximumSignificantDigits: digits }).format(value));
    },

    /** With a fixed number of decimals, for figures that change in place. */
    fixed: (value, decimals = 3) =>
      Number.isFinite(value)
        ? minus(
            formatter({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value),
          )
        : numbers.short(value),

    /** A share of 1 as per cent. */
    share: (value, decimals = 1) =>
      formatter({ style: "percent", maximumFractionDigits: decimals }).format(value),

    /** A measure of a run: shares of rows as per cent, anything else by three figures. */
    measure: (name, value) =>
      SHARES.has(name) && Number.isFinite(value) ? numbers.share(value) : numbers.short(value),

    /** Every digit, as it would be typed into a field. */
    exact(value) {
      const size = Math.abs(value);
      if (size !== 0 && (size < 1e-6 || size >= 1e15)) return String(value).replace(".", decimal);
      return formatter({ maximumSignificantDigits: 17, useGrouping: false }).format(value);
    },

    /** The number that was typed, or null. */
    parse(text) {
      const plain = text.trim().replace("−", "-").replace(decimal, ".");
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
    },
  };

  function scientific(value, digits) {
    let exponent = Math.floor(Math.log10(Math.abs(value)));
    let mantissa = Number((value / 10 ** exponent).toPrecision(digits));
    if (Math.abs(mantissa) >= 10) [mantissa, exponent] = [mantissa / 10, exponent + 1];
    const power = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join("");
    const shown = minus(formatter({ maximumSignificantDigits: digits }).format(mantissa));
    return `${shown}·10${exponent < 0 ? "⁻" : ""}${power}`;
  }

  return numbers;
}
