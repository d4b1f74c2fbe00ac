/*
 * From numbers to places and back: linear and logarithmic scales, and the round numbers at which
 * axes are marked.
 */

/**
 * @typedef {Object} Scale
 * @property {(value: number) => number} place  number → pixels
 * @property {(pixels: number) => number} value pixels → number
 * @property {number} low
 * @property {number} high
 * @property {boolean} log
 */

/**
 * A scale from a range of numbers to a range of pixels.
 * @param {number} low
 * @param {number} high
 * @param {number} from  pixels of `low`
 * @param {number} to    pixels of `high`
 * @param {boolean} [log]
 * @returns {Scale}
 */
export function scale(low, high, from, to, log = false) {
  const into = log ? Math.log10 : (value) => value;
  const back = log ? (exponent) => 10 ** exponent : (value) => value;
  const [start, span] = [into(low), into(high) - into(low) || 1];
  return {
    low,
    high,
    log,
    place: (value) => from + ((into(value) - start) / span) * (to - from),
    value: (pixels) => back(start + ((pixels - from) / (to - from || 1)) * span),
  };
}

/**
 * Round numbers within a range: steps of 1, 2 or 5 times a power of ten, about `wanted` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} [wanted]
 * @returns {number[]}
 */
export function ticks(low, high, wanted = 5) {
  if (!(high > low) || !Number.isFinite(high - low)) return Number.isFinite(low) ? [low] : [];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough * 0.999);
  const step = factor * power;
  const digits = Math.max(0, Math.min(100, -Math.floor(Math.log10(step))));
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i += 1) {
    found.push(i === 0 ? 0 : Number((i * step).toFixed(digits)));
  }
  return found;
}

/**
 * Marks of a logarithmic axis: powers of ten, thinned out where there are many; with 2 and 5 times
 * them where there are few.
 * @param {number} low above 0
 * @param {number} high
 * @param {number} [most]
 * @returns {number[]}
 */
export function logTicks(low, high, most = 6) {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const within = (value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / most));
  const factors = last - first <= 2 ? [1, 2, 5] : [1];
  const found = [];
  for (let exponent = first; exponent <= last; exponent += 1) {
    if (exponent % stride !== 0) continue;
    for (const factor of factors) {
      const value = Number((factor * 10 ** exponent).toPrecision(3));
      if (within(value)) found.push(value);
    }
  }
  return found.length >= 2 ? found : ticks(low, high, 4).filter((value) => value > 0);
}

/**
 * The range of all finite numbers (above 0 on a logarithmic scale), with some room at both ends.
 * @param {Iterable<ArrayLike<number>>} lists
 * @param {boolean} [log]
 * @param {number} [room] share of the range
 * @returns {[number, number] | null} null where there is no number
 */
export function extent(lists, log = false, room = 0.05) {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (let i = 0; i < list.length; i += 1) {
      const value = list[i];
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return null;
  if (log) {
    const factor = high > low ? (high / low) ** room : 2;
    return [low / factor, high * factor];
  }
  const margin = high > low ? (high - low) * room : Math.abs(high) * 0.1 || 1;
  return [low - margin, high + margin];
}
