// In what the designs of several runs differ, setting by setting, and what came of each run. Pure
// functions of what the worker tells of kept runs.

const LONGEST = 60;

/**
 * @typedef {Object} KeptRun
 * @property {number} run
 * @property {string} name
 * @property {Object} design
 * @property {number} epochs
 * @property {number} seconds
 * @property {number} parameters
 * @property {Object<string, (number|null)[]>} curves
 */

/**
 * The settings of a design by their places; a layer is one setting, and so is an optimiser's name.
 * @param {any} value @param {string} [place] @returns {Map<string, any>}
 */
export function settingsOf(value, place = "") {
  if (place === "network.hidden_layers" && Array.isArray(value)) {
    return new Map([[place, value.map(layerText).join(", ")]]);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return new Map([[place, Array.isArray(value) ? JSON.stringify(value) : value]]);
  }
  const found = new Map();
  for (const [name, inner] of Object.entries(value)) {
    const below = place ? `${place}.${name}` : name;
    for (const [key, item] of settingsOf(member(below, inner), below)) found.set(key, item);
  }
  return found;
}

// "adam" and {name: "adam"} say the same.
const MEMBERS = new Set(["training.optimizer", "training.schedule", "training.loss", "data.scaling"]);

const member = (place, value) => (MEMBERS.has(place) && typeof value === "string" ? { name: value } : value);

/** A layer in a few words: "dense 8 tanh". @param {any} layer */
export function layerText(layer) {
  if (typeof layer !== "object" || layer === null) return String(layer);
  const { name, layers, ...settings } = layer;
  const words = Object.values(settings).map((value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "object") return value.name ?? value.formula ?? JSON.stringify(value);
    return String(value);
  });
  const inner = Array.isArray(layers) ? `(${layers.map(layerText).join(", ")})` : "";
  return [name + inner, ...words].filter(Boolean).join(" ");
}

/**
 * The places at which the designs are not all alike, and what stands there in each; undefined where
 * a design leaves the setting out.
 * @param {Object[]} designs
 * @returns {{place: string, values: any[]}[]}
 */
export function differences(designs) {
  const settings = designs.map((design) => settingsOf(design));
  const places = [...new Set(settings.flatMap((each) => [...each.keys()]))];
  return places
    .map((place) => ({ place, values: settings.map((each) => each.get(place)) }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
}

/**
 * A setting's place as short as it is plain: what is meant by "l2" needs no table before it.
 * @param {string} place @param {string[]} all every place that is shown
 */
export function shortPlace(place, all) {
  const parts = place.split(".");
  for (let count = 1; count < parts.length; count += 1) {
    const end = parts.slice(-count).join(".");
    // A bare "name" says nothing; "optimizer" does.
    if (end === "name") continue;
    const short = end.replace(/\.name$/, "");
    const alike = all.filter((other) => other === end || other.endsWith(`.${end}`));
    if (alike.length === 1) return short;
  }
  return place;
}

/** A value as a cell shows it; null says that it is left out. @param {any} value @param {Object} numbers */
export function valueText(value, numbers) {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return numbers.exact(value);
  const text = String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** The last number of a curve, or null. @param {ArrayLike<number|null>|undefined} curve */
export function last(curve) {
  const value = curve?.[curve.length - 1];
  return Number.isFinite(value) ? value : null;
}

/**
 * What came of a run.
 * @param {{curves: Object<string, ArrayLike<number|null>>, epochs: number, seconds: number, parameters: number}} run
 */
export function outcome({ curves, epochs, seconds, parameters }) {
  const measure = ["accuracy", "r2"].find((name) => curves[`validation_${name}`] ?? curves[`train_${name}`]);
  return {
    train_loss: last(curves.train_loss),
    validation_loss: last(curves.validation_loss),
    measure: measure ?? null,
    score: measure ? last(curves[`validation_${measure}`] ?? curves[`train_${measure}`]) : null,
    epochs,
    parameters,
    seconds,
  };
}

const HIGHER = new Set(["score"]);

/**
 * Which rows have the best number of a column; none where all have the same, or one row alone has any.
 * @param {Object[]} outcomes @param {string} column
 * @returns {Set<number>}
 */
export function bestOf(outcomes, column) {
  const values = outcomes.map((each) => each[column]);
  const known = values.filter((value) => value !== null);
  const best = HIGHER.has(column) ? Math.max(...known) : Math.min(...known);
  // Of this run the numbers come in single precision.
  const isBest = (value) => value !== null && Math.abs(value - best) <= 1e-6 * Math.abs(best);
  if (known.length < 2 || known.every(isBest)) return new Set();
  return new Set(values.flatMap((value, row) => (isBest(value) ? [row] : [])));
}
