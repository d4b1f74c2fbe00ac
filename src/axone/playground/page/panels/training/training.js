// How the network learns: a form of the settings of an experiment's `training`, made from its schema
// and the catalogue. What no group below names stands under "more", so that nothing is missing.

import { at, withValue } from "../../core/designs.js";
import { h } from "../../core/elements.js";
import { fieldOf } from "./fields.js";
import { seedField, startingWeights } from "./start.js";

const GROUPS = [
  { key: "training.group.steps", open: true, names: ["optimizer", "batch_size", "schedule"] },
  { key: "training.group.loss", names: ["loss", "label_smoothing", "class_weight"] },
  { key: "training.group.restraint", names: ["l1", "l2", "clip_norm", "clip_value"] },
  { key: "training.group.start", names: ["seed", "initializer"] },
  { key: "training.group.more", names: [] },
];

/** Settings that a run which somebody watches has no use for: it ends when they say so. */
const UNUSED = new Set(["restore_best", "stopping", "calibrate"]);

const TITLES = {
  "training.group.steps": (t) => t("training.group.steps"),
  "training.group.loss": (t) => t("training.group.loss"),
  "training.group.restraint": (t) => t("training.group.restraint"),
  "training.group.start": (t) => t("training.group.start"),
  "training.group.more": (t) => t("training.group.more"),
};

/**
 * The schema's settings, dealt out to the groups in the order in which they are shown.
 * @param {string[]} all names of the settings of `training`
 * @returns {{key: string, open?: boolean, names: string[]}[]}
 */
export function grouped(all) {
  const named = new Set(GROUPS.flatMap((group) => group.names));
  const rest = all.filter((name) => !named.has(name) && !UNUSED.has(name));
  return GROUPS.map((group) => (group.key === "training.group.more" ? { ...group, names: rest } : group));
}

/** @param {Object} app */
export function panel(app) {
  const { store, t } = app;
  const region = document.getElementById("panel-training");
  const section = store.get("schema")?.$defs?.TrainingSection?.properties ?? {};
  const wide = matchMedia("(min-width: 860px)").matches;

  const groups = grouped(Object.keys(section)).map((group) => {
    const body = h("div", { class: "settings" });
    const details = h("details", { open: wide || group.open === true }, h("summary", null, TITLES[group.key](t)), body);
    return { ...group, body, details };
  });
  region.replaceChildren(h("div", { class: "training" }, groups.map((group) => group.details)));

  store.subscribe(["designed"], () => {
    const focused = document.activeElement?.closest("[data-place]")?.dataset.place;
    for (const { names, body, details } of groups) {
      const fields = names.map((name) => oneField(app, name, section[name])).filter(Boolean);
      replaceKeeping(app, body, fields);
      details.hidden = fields.length === 0;
    }
    if (focused) focusAt(region, focused);
  });
}

/** The field of a setting; null where the schema has none of that name. */
function oneField(app, name, schema) {
  if (name === "seed") return seedField(app);
  if (name === "initializer") return startingWeights(app);
  if (!schema) return null;
  const place = `training.${name}`;
  const designed = app.store.get("designed");
  return fieldOf(app, name, schema, {
    place,
    value: at(designed.design, place),
    resolved: at(designed.experiment, place),
    change: (value) => app.change((design) => withValue(design, place, value), { place }),
  });
}

/** Put new fields in, but leave those that were refused as they are: with what was typed in them. */
export function replaceKeeping(app, body, fields) {
  const before = new Map([...body.children].map((child) => [child.dataset.place, child]));
  body.replaceChildren(
    ...fields.map((fresh) => {
      const old = before.get(fresh.dataset.place);
      return old?.querySelector(".refusal") ? old : fresh;
    }),
  );
}

/** Give the focus back to the control of a place. */
export function focusAt(region, place) {
  if (region.contains(document.activeElement)) return;
  const element = [...region.querySelectorAll("[data-place]")].find((one) => one.dataset.place === place);
  element?.querySelector("input, select, textarea")?.focus({ preventScroll: true });
}

