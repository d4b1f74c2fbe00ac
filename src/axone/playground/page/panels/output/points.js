// The rows on the plane, out of the last frame: which class each is of, and what it is called.

/**
 * The points of a frame; null where there are none.
 * @param {Map} arrays
 * @returns {import("../../draw/surface.js").Points | null}
 */
export function pointsOf(arrays) {
  const places = arrays.get("points");
  if (!places) return null;
  const count = places.shape[0];
  const other = (name, otherwise) => arrays.get(`points.${name}`)?.data ?? otherwise(count);
  return {
    places: places.data,
    labels: other("label", (n) => new Uint8Array(n)),
    predicted: arrays.get("points.predicted")?.data ?? [],
    numbers: other("number", (n) => Int32Array.from({ length: n }, (_, i) => i)),
    parts: other("part", (n) => new Uint8Array(n)),
    of: places.of ?? count,
  };
}

export const PARTS = ["train", "validation", "test"];

/**
 * Where the selected row stands among the points.
 * @param {import("../../draw/surface.js").Points | null} points
 * @param {{part: string, number: number} | null | undefined} row
 * @returns {number | null}
 */
export function placeOf(points, row) {
  if (!points || !row) return null;
  const part = PARTS.indexOf(row.part);
  for (let i = 0; i < points.numbers.length; i += 1) {
    if (points.numbers[i] === row.number && (part < 0 || points.parts[i] === part)) return i;
  }
  return null;
}

/**
 * A point in words.
 * @param {Object} app
 * @param {import("../../draw/surface.js").Points} points
 * @param {number} i
 * @param {string[] | null} classes
 * @returns {string}
 */
export function pointWords({ t, numbers }, points, i, classes) {
  const answer = (value) => (classes ? classes[value] ?? String(value) : numbers.short(value));
  const figures = {
    part: t(`output.part.${PARTS[points.parts[i]] ?? "train"}`),
    number: numbers.integer(points.numbers[i]),
    wanted: answer(points.labels[i]),
  };
  if (points.predicted.length <= i) return t("output.point", figures);
  const predicted = points.predicted[i];
  const wrong = classes && predicted !== points.labels[i];
  return t(wrong ? "output.point.wrong" : "output.point.predicted", { ...figures, predicted: answer(predicted) });
}
