// A drawing of strokes becomes an image of a few grey pixels, as the sets of digits have them: fitted
// into their frame and put in its middle. Numbers only; nothing here draws.

const SAMPLES = 4; // a pixel's grey is the share of SAMPLES² points that lie within a stroke

/** The bounds of all points. @param {[number, number][][]} strokes */
function bounds(strokes) {
  const points = strokes.flat();
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** The squared distance of a point to a segment. */
function squaredDistance(px, py, ax, ay, bx, by) {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const along = length ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length)) : 0;
  const x = px - ax - along * dx;
  const y = py - ay - along * dy;
  return x * x + y * y;
}

/**
 * @param {[number, number][][]} strokes points of any scale, y downwards
 * @param {{height: number, width: number, margin: number, pen: number}} frame in pixels: free border,
 *   and a stroke's width
 * @returns {Float64Array|null} shares of ink, row by row; null without a stroke
 */
export function rasterise(strokes, { height, width, margin, pen }) {
  const drawn = strokes.filter((stroke) => stroke.length);
  if (!drawn.length) return null;
  const { left, right, top, bottom } = bounds(drawn);
  const inner = Math.min(width, height) - 2 * margin - pen;
  const scale = inner / Math.max(right - left, bottom - top, 1e-9);
  // A single point stays one, rather than being blown up.
  const factor = Number.isFinite(scale) && right - left + bottom - top > 1e-6 ? scale : 0;
  const fit = ([x, y]) => [
    width / 2 + (x - (left + right) / 2) * factor,
    height / 2 + (y - (top + bottom) / 2) * factor,
  ];
  const segments = drawn.flatMap((stroke) => {
    const points = stroke.map(fit);
    return points.map((point, index) => [...point, ...(points[index + 1] ?? point)]);
  });
  const reach = (pen / 2) ** 2;
  const image = new Float64Array(height * width);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) image[y * width + x] = ink(x, y, segments, reach);
  }
  return image;
}

function ink(x, y, segments, reach) {
  let inside = 0;
  for (let row = 0; row < SAMPLES; row += 1) {
    for (let column = 0; column < SAMPLES; column += 1) {
      const px = x + (column + 0.5) / SAMPLES;
      const py = y + (row + 0.5) / SAMPLES;
      if (segments.some(([ax, ay, bx, by]) => squaredDistance(px, py, ax, ay, bx, by) <= reach)) inside += 1;
    }
  }
  return inside / SAMPLES ** 2;
}

/**
 * How large a drawing is for a network's examples; null where they are no grey images.
 * @param {{name: string, kind: string, shape: number[]}} data
 * @returns {{height: number, width: number, most: number, margin: number, pen: number}|null}
 */
export function frameOf({ name, kind, shape }) {
  if (name === "digits") return { height: 8, width: 8, most: 16, margin: 0, pen: 1.5 };
  const sizes = shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
  if (kind !== "images" || sizes.length !== 2) return null;
  const [height, width] = sizes;
  // MNIST's digits stand within 20 of its 28 pixels.
  return { height, width, most: 255, margin: Math.round(height / 7), pen: height / 11 };
}
