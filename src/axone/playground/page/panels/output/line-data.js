// A network of a single input: its answer as a line over that input, with the rows as points on it.

/**
 * What `drawLines` takes of a plane that is a line.
 * @param {Object} app
 * @param {{names: string[], ranges: [number, number][]}} plane
 * @param {Map} arrays
 * @param {import("../../draw/surface.js").Points | null} points
 * @param {import("../../draw/color.js").Colors} look
 * @param {string[] | null} classes
 */
export function lineData({ t, numbers, store }, plane, arrays, points, look, classes) {
  const line = arrays.get("line");
  const [low, high] = plane.ranges[0];
  const count = line?.shape[0] ?? 0;
  const channels = line?.shape[1] ?? 1;
  const x = Array.from({ length: count }, (_, i) => low + ((high - low) * i) / Math.max(1, count - 1));
  const curves = Array.from({ length: count ? channels : 0 }, (_, k) => ({
    name: classes?.[k] ?? t("output.line"),
    x,
    y: Array.from({ length: count }, (_, i) => line.data[i * channels + k]),
    color: classes ? look.classes[k % look.classes.length] : look.accent,
    dash: k % 2 ? [6, 3] : [],
    width: 2.5,
  }));
  return {
    curves,
    points: points && { ...marks(points), classes: classes?.length ?? 0 },
    xName: plane.names[0],
    yName: classes ? t("output.share") : store.get("view")?.target || store.get("designed")?.data?.target || "",
    format: (value) => numbers.short(value),
    empty: t("output.waiting"),
    y: classes ? [-0.08, 1.08] : undefined,
  };
}

const marks = ({ places, labels, parts, selected }) => ({ places, labels, parts, selected });
