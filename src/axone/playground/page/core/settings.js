// Forms of settings, made from what the catalogue says of a member: a layer, an optimiser, a schedule.
// No member and no setting is known by name here, so that a new one of the library is there at once.

import { written } from "./designs.js";
import { choice, field, freshId, h } from "./elements.js";

/**
 * @typedef {{name: string, kind: string, default: any, optional?: boolean, least?: number, most?: number,
 *   required?: boolean, start?: any, choices?: (string|number)[], words?: string[], title?: string,
 *   hint?: string, of?: string}} Setting
 *   `kind`: int float number (or one of `words`) bool text choice list, layers, or `member` of a family
 *   (`of`: "activations", …); `start`: what a page begins with where there is no default
 */

/** What a name is called: its words where there are some, else the name itself, readable. */
export function called(t, family, name) {
  const key = `${family}.${name}`;
  return t.has(key) ? t(key) : name.replaceAll("_", " ");
}

/** The text of a value in a field. @param {any} value @param {Object} numbers */
export function shownValue(value, numbers) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return numbers.exact(value);
  if (Array.isArray(value)) return value.map((item) => shownValue(item, numbers)).join("; ");
  if (typeof value === "object") return value.name ?? JSON.stringify(value);
  return String(value);
}

/**
 * What was typed as the value of a setting: what does not fit goes to the worker as it is, which
 * refuses it in words. An empty field is undefined, the default.
 * @param {string} text @param {Setting} setting @param {Object} numbers
 */
export function typedValue(text, setting, numbers) {
  const trimmed = text.trim();
  if (trimmed === "") return setting.optional ? null : undefined;
  if (setting.kind === "list") {
    const items = trimmed.split(/\s*;\s*|,\s+|\s+/).filter(Boolean);
    const values = items.map((item) => numbers.parse(item) ?? item);
    return values.length === 1 ? values[0] : values;
  }
  if (["int", "float", "number"].includes(setting.kind)) {
    return numbers.parse(trimmed) ?? trimmed;
  }
  return trimmed;
}

/**
 * One setting's field; null for what has no field of its own (layers within a layer).
 * @param {Object} app
 * @param {Setting} setting
 * @param {any} value undefined: the default
 * @param {{place: string, change: (value: any) => void, family?: string}} options `family`: of the words
 * @returns {HTMLElement|null}
 */
export function settingField(app, setting, value, { place, change, family = "setting" }) {
  const { t } = app;
  const label = setting.title ?? called(t, family, setting.name);
  const hint = setting.hint;
  const current = value === undefined ? setting.default : value;
  const none = setting.default === null ? undefined : null;
  if (setting.kind === "layers") return null;
  if (setting.kind === "bool") {
    const box = h("input", { type: "checkbox", checked: current === true, on: { change: () => change(box.checked) } });
    return field(label, box, { place, hint, inline: true });
  }
  if (setting.kind === "member") {
    const settled = (given) => change(given === "" ? none : given);
    return memberForm(app, {
      family: setting.of, label, place, value: current, extra: setting.optional ? [""] : [], change: settled,
    });
  }
  if (setting.choices) {
    const names = setting.choices.map(String);
    const options = names.map((name) => ({ value: name, title: called(t, family, name) }));
    if (setting.optional) options.unshift({ value: "", title: t("core.default") });
    const select = choice(options, current === null || current === undefined ? "" : String(current), (text) =>
      change(text === "" ? none : setting.choices[names.indexOf(text)]),
    );
    return field(label, select, { place, hint });
  }
  const input = textInput(app, setting, current, change);
  const whole = field(label, input, { place, hint });
  if (setting.words?.length) {
    const list = h("datalist", { id: freshId("names") }, setting.words.map((word) => h("option", { value: word })));
    input.setAttribute("list", list.id);
    whole.append(list);
  }
  return whole;
}

/** A field for a number or a text, told when it is left or Enter is pressed. */
export function textInput(app, setting, current, change) {
  const { numbers } = app;
  const numeric = ["int", "float", "number"].includes(setting.kind);
  const input = h("input", {
    type: "text",
    inputmode: numeric ? (setting.kind === "int" ? "numeric" : "decimal") : null,
    autocomplete: "off", spellcheck: "false", autocapitalize: "off",
    placeholder: current === null || current === undefined ? (numeric ? app.t("core.none") : app.t("core.default")) : null,
    value: shownValue(current, numbers),
    on: { change: () => change(typedValue(input.value, setting, numbers)) },
  });
  if (numeric) steppedByArrows(input, setting, numbers, change);
  return input;
}

function steppedByArrows(input, setting, numbers, change) {
  input.addEventListener("keydown", (event) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const value = numbers.parse(input.value);
    if (!direction || value === null) return;
    event.preventDefault();
    const next = stepped(value, direction, setting);
    input.value = numbers.exact(next);
    change(next);
  });
}

/** The next number up or down: counts by one, other numbers by one in their second figure. */
export function stepped(value, direction, { kind, least = -Infinity, most = Infinity }) {
  const size = kind === "int" ? 1 : value === 0 ? 0.01 : 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const moved = Number((Math.round(value / size) * size + direction * size).toPrecision(12));
  return Math.min(most, Math.max(least, moved));
}

/**
 * A member of a family with its settings: which optimiser, and what it takes.
 * @param {Object} app
 * @param {{family: string, label: string, place: string, value: any, members?: Object[], extra?: string[],
 *   skip?: string[], change: (value: any) => void}} options
 *   `value`: as in a design, a name or {name, …}; `extra`: names that are no members ("auto");
 *   `skip`: settings with a control elsewhere
 */
export function memberForm(app, { family, label, place, value, members, extra = [], skip = [], change }) {
  const all = members ?? app.store.get("catalogue")?.[family] ?? [];
  const name = typeof value === "object" && value ? value.name : value;
  const settings = typeof value === "object" && value ? value : {};
  const names = [...extra, ...all.map((member) => member.name)];
  if (name && !names.includes(name)) names.push(name);
  const select = choice(
    names.map((one) => ({ value: one, title: one === "" ? app.t("core.default") : called(app.t, family, one) })),
    name ?? "",
    (chosen) => change(started(all, chosen)),
  );
  const own = (all.find((member) => member.name === name)?.settings ?? []).filter(
    (setting) => !skip.includes(setting.name),
  );
  return h(
    "div",
    { class: "member", data: { place } },
    field(label, select, {}),
    own.length > 0 &&
      h(
        "div",
        { class: "member-settings" },
        own.map((setting) =>
          settingField(app, setting, settings[setting.name], {
            place: `${place}.${setting.name}`,
            change: (given) => {
              const next = { ...settings, name, [setting.name]: given };
              if (given === undefined) delete next[setting.name];
              change(Object.keys(next).length > 1 ? next : name);
            },
          }),
        ),
      ),
  );
}

/** A member as it is first chosen: with what it cannot be without. @param {Object[]} members */
export function started(members, name) {
  const settings = members.find((member) => member.name === name)?.settings ?? [];
  const needed = settings.filter((setting) => setting.required);
  return written(name, Object.fromEntries(needed.map((setting) => [setting.name, setting.start])));
}
