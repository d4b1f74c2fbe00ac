// The field of one setting, of what its JSON Schema says: a number, a truth, words, a member of one of
// the library's tables with its own settings, or several members in a row.

import { button, choice, field, h } from "../../core/elements.js";
import { called, memberForm, settingField } from "../../core/settings.js";

/** The ways in which a setting can be written. */
const forms = (schema) => schema?.anyOf ?? (schema ? [schema] : []);

/** The names of the members that a schema allows, with settings of their own. */
const memberNames = (schema) =>
  forms(schema).flatMap((form) => (form.properties?.name?.const ? [form.properties.name.const] : []));

/**
 * The family of the catalogue whose members a setting takes, or null.
 * @param {Object} schema @param {Object<string, Object[]>} catalogue
 */
export function familyOf(schema, catalogue) {
  const names = memberNames(schema);
  if (!names.length) return null;
  const found = Object.entries(catalogue ?? {}).find(([, members]) => {
    const known = new Set(members.map((member) => member?.name));
    return known.size > 0 && [...known].every((name) => names.includes(name));
  });
  return found?.[0] ?? null;
}

/** Words that a setting may be beside what else it may be: "auto". */
export const wordsOf = (schema) =>
  forms(schema).flatMap((form) => (typeof form.const === "string" ? [form.const] : form.enum && !memberNames(schema).length ? form.enum : []));

/**
 * What a setting's control is: see core/settings.js.
 * @param {string} name @param {Object} schema
 */
export function settingOf(name, schema) {
  const types = forms(schema).map((form) => form.type);
  const numeric = forms(schema).find((form) => form.type === "number" || form.type === "integer");
  const setting = { name, default: schema.default, optional: types.includes("null") };
  const words = wordsOf(schema);
  if (numeric) {
    const kind = numeric.type === "integer" ? "int" : "float";
    // A number or a word: typed as text, the words offered.
    return { ...setting, kind: words.length ? "number" : kind, words, least: numeric.minimum, most: numeric.maximum };
  }
  if (types.includes("boolean")) return { ...setting, kind: "bool" };
  if (words.length) return { ...setting, kind: "choice", choices: words };
  return { ...setting, kind: "text" };
}

/**
 * @param {Object} app @param {string} name @param {Object} schema
 * @param {{place: string, value: any, resolved: any, change: (value: any) => void}} options `value`: as
 *   the design has it; `resolved`: what it comes to
 * @returns {HTMLElement|null} null of what has no field of one line
 */
export function fieldOf(app, name, schema, { place, value, resolved, change }) {
  const catalogue = app.store.get("catalogue");
  const label = called(app.t, "training.setting", name);
  if (name === "class_weight") return classWeights(app, label, { place, value, change });
  const family = familyOf(schema, catalogue);
  if (family) {
    const words = wordsOf(schema);
    // "auto" stays what it is, whatever it comes to.
    const byDefault = words.includes(schema.default) ? schema.default : (resolved ?? schema.default);
    return memberForm(app, {
      family, label, place, value: value ?? byDefault, extra: words,
      skip: name === "optimizer" ? ["learning_rate"] : [], change,
    });
  }
  if (schema.type === "array") {
    const own = familyOf(schema.items, catalogue);
    return own ? several(app, own, label, { place, value: value ?? [], change }) : null;
  }
  const setting = settingOf(name, schema);
  const shown = value === undefined ? resolved : value;
  return settingField(app, { ...setting, title: label }, shown, {
    place, change, family: "training.setting",
  });
}

/** What each class counts: alike by rows, balanced, or a number a class. */
function classWeights(app, label, { place, value, change }) {
  const { t, store } = app;
  const classes = store.get("designed").data.classes;
  if (!classes) return null;
  const table = typeof value === "object" && value !== null ? value : null;
  const kinds = [
    { value: "", title: t("training.class_weight.rows") },
    { value: "balanced", title: t("training.class_weight.balanced") },
    { value: "table", title: t("training.class_weight.table") },
  ];
  const chosen = table ? "table" : value ?? "";
  const select = choice(kinds, chosen, (kind) =>
    change(kind === "" ? undefined : kind === "table" ? Object.fromEntries(classes.map((one) => [one, 1])) : kind),
  );
  return h(
    "div",
    { class: "member", data: { place } },
    field(label, select),
    table &&
      h("div", { class: "member-settings" },
        classes.map((one) =>
          settingField(app, { name: one, title: one, kind: "float", default: 1, least: 0 }, table[one], {
            place: `${place}.${one}`,
            change: (given) => change({ ...table, [one]: given ?? 1 }),
          }),
        ),
      ),
  );
}

/** Several members one after the other, such as the changes of training rows. */
function several(app, family, label, { place, value, change }) {
  const { t, store } = app;
  const names = store.get("catalogue")[family].map((member) => member.name);
  const add = choice(
    [{ value: "", title: t("training.add") }, ...names.map((name) => ({ value: name, title: called(t, family, name) }))],
    "",
    (name) => name && change([...value, name]),
  );
  const entries = value.map((given, index) => {
    const replaced = (next) => change(value.map((one, other) => (other === index ? next : one)));
    return h(
      "div",
      { class: "several-entry" },
      memberForm(app, { family, label: `${label} ${index + 1}`, place: `${place}.${index}`, value: given, change: replaced }),
      button(t("training.remove"), () => change(value.filter((_, other) => other !== index)), { class: "plain" }),
    );
  });
  return h("div", { class: "several", data: { place } }, entries, field(label, add));
}
