// Another set is opened. Of a table that does not say what is to be learnt, the reader is asked first:
// nothing is guessed.

import { button, choice, field, h } from "../../core/elements.js";

const PLACE = "data.source";

/**
 * The design on another set: what belonged to the old one goes, what holds for any stays.
 * @param {Object} design @param {string} source @param {{flat?: boolean}} known @param {boolean} wasFlat
 * @param {string} [target]
 */
export function onSource(design, source, known, wasFlat, target) {
  const { validation, test, scaling } = design.data;
  const kept = Object.fromEntries(
    Object.entries({ validation, test, scaling }).filter(([, value]) => value !== undefined),
  );
  const next = { ...design, data: { source, ...(target === undefined ? {} : { target }), ...kept } };
  const flat = known?.flat ?? true;
  // A network of dense layers reads rows of numbers; images, signals and sequences have presets.
  if (!flat) next.network = {};
  else if (!wasFlat) next.network = { hidden_layers: plainLayers() };
  return next;
}

const plainLayers = () => [8, 8].map((units) => ({ name: "dense", units, activation: "tanh" }));

/**
 * Open a set: at once, or once the reader has said what is to be learnt.
 * @param {Object} app @param {{name: string, task: string, flat: boolean}} known as in the catalogue;
 *   an empty `task`: it depends on the target
 * @returns {Promise<Object|null>} "designed"; null where it was refused, or where the reader is asked
 */
export async function openSource(app, known) {
  const { store } = app;
  const columns = known.task === "" && known.flat ? await columnsOf(app, known.name) : [];
  if (columns === null) return null;
  if (columns.length) {
    store.set({ asking: { known, columns } });
    return null;
  }
  return opened(app, known);
}

/** The columns of a table; null where it cannot be read, which is said. */
async function columnsOf(app, source) {
  app.clearRefusals(PLACE);
  try {
    return (await app.ask("look", { source })).columns;
  } catch (error) {
    app.refuse(Object.assign(error, { place: PLACE }));
    return null;
  }
}

async function opened(app, known, target) {
  const datasets = app.store.get("catalogue")?.datasets ?? [];
  const wasFlat = (source) => datasets.find((one) => one.name === source)?.flat ?? true;
  app.store.set({ asking: null });
  const designed = await app.change(
    (design) => onSource(design, known.name, known, wasFlat(design.data.source), target),
    { place: PLACE },
  );
  // Settings of the set before are gone, and what was refused of them.
  if (designed) app.clearRefusals("data");
  return designed;
}

/** The question which column is to be learnt. @param {Object} app */
export function asking(app) {
  const { t, store } = app;
  const region = h("div", { class: "asking", hidden: true });
  store.subscribe(["asking"], () => {
    const asked = store.get("asking");
    region.hidden = !asked;
    if (!asked) return region.replaceChildren();
    const { known, columns } = asked;
    const names = columns.map((column) => column.name);
    // The last column is where it most often stands; the reader decides.
    const select = choice(names.map((name) => ({ value: name, title: name })), names.at(-1), () => {});
    const name = known.name.replace(/^upload:/, "");
    region.replaceChildren(
      field(t("data.asking", { name }), select),
      h(
        "div",
        { class: "asking-buttons" },
        button(t("data.asking.open"), () => opened(app, known, select.value), { class: "primary" }),
        button(t("data.asking.leave"), () => store.set({ asking: null })),
      ),
    );
    select.focus();
    app.announce(t("data.asking", { name }));
    return undefined;
  });
  // A table that the command was given.
  const given = store.get("askedAbout");
  if (given) openSource(app, { name: given, flat: true, task: "" });
  return region;
}
