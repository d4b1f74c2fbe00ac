// The knobs of an experiment as fields: what each may be says the list of experiments.

import { field, freshId, h } from "../../core/elements.js";
import { settingField } from "../../core/settings.js";

/**
 * @typedef {{name: string, kind: string, several: boolean, default: any, help: string, at_least: number|null,
 *   at_most: number|null, above: number|null, choices: string[], most: number}} Knob
 */

/** A knob as `core/settings.js` knows settings. @param {Knob} knob */
export function settingOf(knob) {
  const numeric = knob.kind === "int" || knob.kind === "float";
  return {
    name: knob.name,
    title: knob.help.replace(/\.$/, ""),
    kind: knob.several ? "list" : numeric ? knob.kind : knob.kind === "bool" ? "bool" : "choice",
    default: knob.default,
    least: knob.at_least ?? undefined,
    most: knob.several ? undefined : (knob.at_most ?? undefined),
    choices: knob.choices.length ? knob.choices : undefined,
  };
}

/** What is sent of what was turned: nothing of a knob that has its default. */
export function turned(knobs, settings) {
  const own = knobs.filter(
    ({ name, default: usual }) =>
      settings[name] !== undefined && JSON.stringify(settings[name]) !== JSON.stringify(usual),
  );
  return Object.fromEntries(own.map(({ name }) => [name, settings[name]]));
}

/**
 * A control for a knob.
 * @param {Object} app @param {Knob} knob @param {any} value @param {(value: any) => void} change
 */
export function control(app, knob, value, change) {
  const place = `laboratory.${knob.name}`;
  if (knob.several && knob.choices.length) return several(knob, value ?? knob.default, place, change);
  return settingField(app, settingOf(knob), value, { place, change, family: "laboratory" });
}

/** Several of a few words: a box each. */
function several(knob, value, place, change) {
  const boxes = knob.choices.map((name) =>
    h("input", {
      type: "checkbox", id: freshId("knob"), value: name, checked: value.includes(name),
      on: { change: () => change(boxes.filter((box) => box.checked).map((box) => box.value)) },
    }),
  );
  return h(
    "fieldset",
    { class: "segments knob-several", data: { place } },
    h("legend", null, settingOf(knob).title),
    h("div", { class: "knob-boxes" }, boxes.map((box) => field(box.value, box, { inline: true }))),
  );
}
