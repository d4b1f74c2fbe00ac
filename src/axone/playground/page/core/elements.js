// Elements without innerHTML, and the few controls that every panel has: fields with their labels,
// buttons, groups, segments, tabs. What they look like stands in style/controls.css.

let last = 0;

/** An id that no other element has. @param {string} [prefix] */
export const freshId = (prefix = "e") => `${prefix}-${++last}`;

const PROPERTIES = new Set([
  "value", "checked", "disabled", "hidden", "selected", "indeterminate", "open", "readOnly", "multiple",
]);

/**
 * Make an element.
 * @param {string} tag
 * @param {Object|null} [props] `class`, `on: {click: fn}`, `data: {place: "…"}`, `style: {"--x": 1}`,
 *   properties such as `value` and `hidden`, else attributes (true: present; false, null: absent)
 * @param {...(Node|string|number|null|undefined|false|Array)} children
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  return dressed(document.createElement(tag), props, children);
}

/** The same for SVG. @returns {SVGElement} */
export function svg(tag, props, ...children) {
  return dressed(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
}

function dressed(element, props, children) {
  const later = {};
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      for (const [key, text] of Object.entries(value)) if (text != null) element.dataset[key] = text;
    } else if (name === "style") {
      for (const [key, text] of Object.entries(value)) element.style.setProperty(key, String(text));
    } else if (PROPERTIES.has(name)) {
      later[name] = value;
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0 || child === ""));
  // A <select> has the value only once it has the option; a range once it has min and max.
  for (const [name, value] of Object.entries(later)) if (value !== undefined) element[name] = value;
  return element;
}

/**
 * A control with its label, at the place of the design that it changes.
 * @param {string} label
 * @param {HTMLElement} control
 * @param {{place?: string, hint?: string, beside?: Node, inline?: boolean}} [options] `hint`: a
 *   sentence below, read out with the control; `beside`: a second control or a figure at the label
 */
export function field(label, control, { place, hint, beside, inline } = {}) {
  control.id ||= freshId("field");
  const note = hint && h("p", { class: "hint", id: `${control.id}-hint` }, hint);
  if (note) control.setAttribute("aria-describedby", note.id);
  return h(
    "div",
    { class: inline ? "field inline" : "field", data: { place } },
    h("div", { class: "field-head" }, h("label", { for: control.id }, label), beside),
    control,
    note,
  );
}

/**
 * @param {string|Node} content what it says; of an icon give `label`
 * @param {(event: Event) => void} run
 * @param {{class?: string, label?: string, pressed?: boolean, shortcut?: string, disabled?: boolean}} [options]
 */
export function button(content, run, options = {}) {
  const { class: name, label, pressed, shortcut, disabled, ...others } = options;
  return h(
    "button",
    {
      type: "button", class: name, "aria-label": label, title: label, disabled,
      "aria-pressed": pressed === undefined ? null : String(pressed),
      "aria-keyshortcuts": shortcut, on: { click: run }, ...others,
    },
    content,
  );
}

/** A group of controls under one name. @param {string} legend @param {...any} children */
export function group(legend, ...children) {
  return h("fieldset", { class: "group" }, h("legend", null, legend), ...children);
}

/**
 * A drop-down list.
 * @param {{value: string, title: string, group?: string}[]} options @param {string} value
 * @param {(value: string) => void} change
 */
export function choice(options, value, change) {
  const groups = new Map();
  const select = h("select", { on: { change: () => change(select.value) } });
  for (const { value: own, title, group: heading } of options) {
    let parent = select;
    if (heading) {
      if (!groups.has(heading)) {
        groups.set(heading, select.appendChild(h("optgroup", { label: heading })));
      }
      parent = groups.get(heading);
    }
    parent.append(h("option", { value: own }, title));
  }
  select.value = value;
  return select;
}

/**
 * One of a few, side by side: radio buttons, so that arrows work as they do everywhere.
 * @param {string} legend @param {{value: string, title: string}[]} options @param {string} value
 * @param {(value: string) => void} change @param {{place?: string, hidden?: boolean}} [settings]
 *   `hidden`: the legend is only read out
 */
export function segments(legend, options, value, change, { place, hidden } = {}) {
  const name = freshId("segments");
  return h(
    "fieldset",
    { class: "segments", data: { place } },
    h("legend", { class: hidden ? "unseen" : null }, legend),
    h(
      "div",
      { class: "segments-row" },
      options.map((option) =>
        h(
          "label",
          null,
          h("input", {
            type: "radio", name, value: option.value, checked: option.value === value,
            on: { change: () => change(option.value) },
          }),
          h("span", null, option.title),
        ),
      ),
    ),
  );
}

/**
 * Tabs over panels that stand in the document: arrows move, Home and End too.
 * @param {HTMLElement} list gets role="tablist" and the tabs
 * @param {{id: string, title: string}[]} tabs `id` of each panel's element
 * @param {string} label what the list is called
 * @param {(id: string) => void} [shown]
 * @returns {(id: string) => void} shows a tab
 */
export function tabs(list, entries, label, shown) {
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", label);
  const buttons = entries.map(({ id, title }) =>
    h("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": id, on: { click: () => show(id) } }, title),
  );
  list.replaceChildren(...buttons);
  for (const { id } of entries) {
    const panel = document.getElementById(id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${id}`);
    panel.tabIndex = 0;
  }
  list.onkeydown = (event) => {
    const moves = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
    const move = moves[event.key];
    if (move === undefined) return;
    const at = buttons.indexOf(document.activeElement);
    const wanted = Number.isFinite(move)
      ? (at + move + buttons.length) % buttons.length
      : move < 0 ? 0 : buttons.length - 1;
    event.preventDefault();
    event.stopPropagation();
    show(entries[wanted].id);
    buttons[wanted].focus();
  };
  function show(id) {
    entries.forEach((entry, index) => {
      const chosen = entry.id === id;
      buttons[index].setAttribute("aria-selected", String(chosen));
      buttons[index].tabIndex = chosen ? 0 : -1;
      document.getElementById(entry.id).hidden = !chosen;
      if (chosen) buttons[index].scrollIntoView?.({ block: "nearest", inline: "nearest" });
    });
    shown?.(id);
  }
  return show;
}
