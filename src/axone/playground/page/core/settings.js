// Forms of settings, made from what the catalogue says of a member: a layer, an optimiser, a schedule.
// No member and no setting is known by name here, so that a new one of the library is there at once.

import { choice, field, freshId, h } from "./elements.js";

/**
 * @typedef {{name: string, kind: string, default: any, optional?: boolean, least?: number, most?: number,
 *   above?: number, below?: number, choices?: (string|number)[], title?: string, hint?: string, of?: string}} Setting
 *   `kind`: int float bool text choice list, or `member` of a family (`of`: "activations", …)
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
    return items.map((item) => numbers.parse(item) ?? item);
  }
  if (["int", "float", "number"].includes(setting.kind)) {
    return numbers.parse(trimmed) ?? trimmed;
  }
  return trimmed;
}

/**
 * One setting's field.
 * @param {Object} app
 * @param {Setting} setting
 * @param {any} value undefined: the default
 * @param {{place: string, change: (value: any) => void, family?: string}} options
 */
export function settingField(app, setting, value, { place, change, family = "setting" }) {
  const { t, numbers } = app;
  const label = setting.title ?? called(t, family, setting.name);
  const hint = setting.hint;
  const current = value === undefined ? setting.default : value;
  if (setting.kind === "bool") {
    const box = h("input", { type: "checkbox", checked: current === true, on: { change: () => change(box.checked) } });
    return field(label, box, { place, hint, inline: true });
  }
  const choices = choicesOf(app, setting);
  if (choices && setting.kind !== "open") {
    const own = typeof current === "object" && current ? current.name : current;
    const options = choices.map((name) => ({ value: String(name), title: called(t, setting.of ?? family, String(name)) }));
    if (setting.optional) options.unshift({ value: "", title: t("core.default") });
    if (own !== null && own !== undefined && !choices.map(String).includes(String(own))) {
      options.push({ value: String(own), title: String(own) });
    }
    const select = choice(options, own === null || own === undefined ? "" : String(own), (text) => {
      const numeric = choices.find((name) => typeof name === "number" && String(name) === text);
      change(text === "" ? null : numeric ?? text);
    });
    return field(label, select, { place, hint });
  }
  const input = textInput(app, setting, current, change);
  const whole = field(label, input, { place, hint });
  if (choices) {
    const list = h("datalist", { id: freshId("names") }, choices.map((name) => h("option", { value: name })));
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
    placeholder: current === null || current === undefined ? app.t("core.default") : null,
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

function choicesOf(app, setting) {
  if (setting.choices) return setting.choices;
  if (!setting.of) return null;
  return (app.store.get("catalogue")?.[setting.of] ?? []).map((member) => member.name);
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
    names.map((one) => ({ value: one, title: called(app.t, family, one) })),
    name ?? "",
    (chosen) => change(chosen),
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
