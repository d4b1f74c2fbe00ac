// What the output panel's pictures show, in words.

/**
 * The surface in words: what it is over, how many rows, how many of them are wrong.
 * @param {Object} app
 * @param {Object} plane
 * @param {Object} content as drawn
 * @param {string[] | null} classes
 */
export function surfaceWords({ t, numbers }, plane, content, classes) {
  const [x, y] = plane.names;
  const pieces = [];
  if (content.unit) pieces.push(t("output.words.unit", { unit: content.unit, x, y }));
  else if (content.line) pieces.push(t("output.words.line", { x }));
  else if (classes) pieces.push(t("output.words.classes", { x, y, classes: classes.slice(0, 12).join(", ") }));
  else pieces.push(t("output.words.numbers", { x, y }));
  if (content.scale) pieces.push(t("output.bar.words", { low: numbers.short(content.scale.low), high: numbers.short(content.scale.high) }));
  const points = content.points;
  if (points) pieces.push(t.n("output.words.rows", points.labels.length));
  if (points && classes && points.predicted.length) {
    let wrong = 0;
    for (let i = 0; i < points.labels.length; i += 1) if (points.predicted[i] !== points.labels[i]) wrong += 1;
    pieces.push(t.n("output.words.wrong", wrong));
  }
  return pieces.join(" ");
}

/**
 * Curves in words: the last number of each.
 * @param {Object} app
 * @param {import("../../draw/lines.js").Curve[]} curves
 * @param {number} epoch
 * @param {(value: number) => string} [written] how a value of the measure is written
 */
export function curvesWords({ t, numbers }, curves, epoch, written = numbers.short) {
  const last = curves
    .filter((curve) => curve.y.length)
    .map((curve) => `${curve.name} ${written(curve.y[curve.y.length - 1])}`);
  return last.length ? t("output.words.curves", { epoch: numbers.integer(epoch), list: last.join(", ") }) : t("output.waiting");
}

/**
 * A confusion matrix in words: how many are right, and the most frequent mistake.
 * @param {Object} app
 * @param {ArrayLike<number>} counts
 * @param {string[]} names
 */
export function confusionWords({ t, numbers }, counts, names) {
  const classes = names.length;
  let [right, all, worst] = [0, 0, { count: 0, row: 0, column: 0 }];
  for (let row = 0; row < classes; row += 1) {
    for (let column = 0; column < classes; column += 1) {
      const count = counts[row * classes + column];
      all += count;
      if (row === column) right += count;
      else if (count > worst.count) worst = { count, row, column };
    }
  }
  const said = [t("output.words.confusion", { right: numbers.integer(right), all: numbers.integer(all) })];
  if (worst.count > 0) {
    said.push(t("output.words.mistake", { count: numbers.integer(worst.count), wanted: names[worst.row], predicted: names[worst.column] }));
  }
  return said.join(" ");
}

/**
 * Residuals in words: how far predictions are off, typically and at most.
 * @param {Object} app
 * @param {ArrayLike<number>} pairs
 */
export function residualsWords({ t, numbers }, pairs) {
  const off = Array.from({ length: pairs.length / 2 }, (_, i) => Math.abs(pairs[2 * i + 1] - pairs[2 * i])).sort((a, b) => a - b);
  if (!off.length) return t("output.waiting");
  return t("output.words.residuals", {
    rows: numbers.integer(off.length),
    usual: numbers.short(off[Math.floor(off.length / 2)]),
    most: numbers.short(off[off.length - 1]),
  });
}

/**
 * Gradients in words: each layer's.
 * @param {Object} app
 * @param {ArrayLike<number>} norms
 * @param {string[]} names
 */
export function flowWords({ t, numbers }, norms, names) {
  const list = names.map((name, i) => `${name} ${norms[i] > 0 ? numbers.short(norms[i]) : t("output.flow.none")}`);
  return t("output.words.flow", { list: list.join(", ") });
}
