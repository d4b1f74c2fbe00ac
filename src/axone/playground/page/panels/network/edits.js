// Changes of a design's layers. Each makes a new design and leaves the old one as it was. Layers of
// a preset become the design's own with the first change.

/**
 * The hidden layers that a design has, written out.
 * @param {Object} design
 * @param {Object} designed
 * @returns {Object[]}
 */
export function hiddenLayers(design, designed) {
  const own = design.network?.hidden_layers;
  if (own) return own.map(asObject);
  return (designed?.hidden_layers ?? []).map(asObject);
}

const asObject = (layer) => (typeof layer === "string" ? { name: layer } : layer);

/**
 * A design with other hidden layers, no longer those of a preset.
 * @param {Object} design
 * @param {Object[]} layers
 */
export function withLayers(design, layers) {
  const { preset, hidden, activation, initializer, dropout, batch_norm: norm, layer_names: names, frozen, ...rest } = design.network ?? {};
  return { ...design, network: { ...rest, hidden_layers: layers } };
}

/** A design with a preset's network. @param {Object} design @param {string} name */
export function withPreset(design, name) {
  return { ...design, network: { preset: name } };
}

export const removed = (layers, index) => layers.filter((_, i) => i !== index);

export const inserted = (layers, index, layer) => [...layers.slice(0, index), layer, ...layers.slice(index)];

export const replaced = (layers, index, layer) => layers.map((old, i) => (i === index ? layer : old));

/** Layers with one of them moved a place; the same layers where it cannot go there. */
export function moved(layers, index, by) {
  const to = index + by;
  if (to < 0 || to >= layers.length) return layers;
  return inserted(removed(layers, index), to, layers[index]);
}

/**
 * The setting that says how wide a layer is, where it has one.
 * @param {Object} layer
 * @returns {string | null}
 */
export function widthSetting(layer) {
  return ["units", "channels"].find((setting) => typeof layer?.[setting] === "number") ?? null;
}

/** A layer with more or fewer units, at least one. @param {Object} layer @param {number} by */
export function widened(layer, by) {
  const setting = widthSetting(layer);
  return setting ? { ...layer, [setting]: Math.max(1, layer[setting] + by) } : layer;
}

/** A layer with another setting; undefined takes it out. */
export function withSetting(layer, name, value) {
  const changed = { ...layer, [name]: value };
  if (value === undefined) delete changed[name];
  return changed;
}

const STARTING = {
  dense: { units: 8, activation: "tanh" },
  activation: { function: "relu" },
  dropout: { rate: 0.2 },
  channel_dropout: { rate: 0.2 },
  gaussian_noise: { standard_deviation: 0.1 },
  conv1d: { channels: 8, kernel_size: 5, activation: "relu", padding: "same" },
  conv2d: { channels: 8, kernel_size: 3, activation: "relu", padding: "same" },
  lstm: { units: 16, last: true },
  gru: { units: 16, last: true },
  recurrent: { cell: { name: "rnn", units: 16 }, last: true },
  embedding: { vocabulary_size: 64, dimension: 16 },
  positionwise_dense: { units: 16, activation: "relu" },
  attention: { heads: 2 },
};

/**
 * A layer to begin with, of a kind: it learns something at once wherever it can stand.
 * @param {string} kind
 * @param {{units: number, activation: any}} beside of a layer nearby, so that the new one fits
 * @returns {Object}
 */
export function startingLayer(kind, beside = { units: 8, activation: "tanh" }) {
  if (kind === "residual") {
    const inner = { name: "dense", units: beside.units, activation: beside.activation ?? "relu" };
    return { name: "residual", layers: [inner, { name: "dense", units: beside.units, activation: "identity" }] };
  }
  const settings = { ...(STARTING[kind] ?? {}) };
  if (kind === "dense" && beside.activation) settings.activation = beside.activation;
  return { name: kind, ...settings };
}

const FLAT = ["dense", "residual", "dropout", "batch_norm", "layer_norm", "rms_norm", "gaussian_noise", "activation"];
const FIRST_OF = {
  images: ["conv2d", "max_pool", "average_pool", "batch_norm", "channel_dropout", "flatten", "global_pool"],
  signals: ["conv1d", "max_pool", "average_pool", "batch_norm", "channel_dropout", "global_pool", "flatten", "gru", "lstm"],
  sequences: ["gru", "lstm", "recurrent", "positionwise_dense", "attention", "layer_norm", "last_step", "conv1d", "global_pool"],
  text: ["embedding", "gru", "lstm", "attention", "last_step", "global_pool"],
  tokens: ["embedding", "positional_encoding", "gru", "lstm", "attention", "layer_norm", "positionwise_dense", "last_step", "global_pool"],
};

/** Recurrent layers by the name of their cell: no members of the catalogue, but layers of a design. */
const SHORT_WAYS = ["gru", "lstm"];

/**
 * The catalogue's kinds of layers, those that suit the data first.
 * @param {string[]} names
 * @param {string} data kind of data
 * @returns {{name: string, suits: boolean}[]}
 */
export function kindsFor(names, data) {
  const wanted = [...(FIRST_OF[data] ?? FLAT), ...FLAT];
  const known = names.includes("recurrent") ? [...names, ...SHORT_WAYS] : names;
  const suits = [...new Set(wanted)].filter((name) => known.includes(name));
  const others = names.filter((name) => !suits.includes(name));
  return [...suits.map((name) => ({ name, suits: true })), ...others.map((name) => ({ name, suits: false }))];
}
