// Places in a design: "training.optimizer.learning_rate", "network.hidden_layers.0.units". A design
// is never changed in place; a new one shares what stayed the same.

const parts = (place) => (place ? place.split(".") : []);

/** What stands at a place, or undefined. @param {any} design @param {string} place */
export function at(design, place) {
  return parts(place).reduce((inner, part) => inner?.[part], design);
}

/**
 * The design with another value at a place; undefined takes the setting out, so that it has its default.
 * @param {any} design @param {string} place @param {any} value
 */
export function withValue(design, place, value) {
  const [first, ...rest] = parts(place);
  if (first === undefined) return value;
  const copy = Array.isArray(design) ? [...design] : { ...design };
  const inner = rest.length ? withValue(copy[first] ?? {}, rest.join("."), value) : value;
  if (inner === undefined) delete copy[first];
  else copy[first] = inner;
  return copy;
}

/** "adam" and {name: "adam", …} alike: the name and the settings. @param {any} given */
export function described(given) {
  if (given === undefined || given === null) return { name: null, settings: {} };
  if (typeof given !== "object") return { name: String(given), settings: {} };
  const { name, ...settings } = given;
  return { name, settings };
}

/** The shortest way to write a member: its name alone where it has no settings of its own. */
export function written(name, settings) {
  const own = Object.entries(settings).filter(([, value]) => value !== undefined);
  return own.length ? { name, ...Object.fromEntries(own) } : name;
}
