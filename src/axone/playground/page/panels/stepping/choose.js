// What goes through the network: a row by its part and number, or cells that somebody types.

import { button, choice, field, h } from "../../core/elements.js";

const PARTS = ["train", "validation", "test"];
const PART_TITLES = {
  train: (t) => t("stepping.part.train"),
  validation: (t) => t("stepping.part.validation"),
  test: (t) => t("stepping.part.test"),
};
const MOST_TYPED = 40;

/**
 * The cells that were typed. @param {{name: string, kind: string}[]} columns @param {string[]} texts
 * @param {(text: string) => number|null} parse
 * @returns {{values: any[]}|{wrong: number}} `wrong`: the column whose text is no number
 */
export function typedValues(columns, texts, parse) {
  const values = [];
  for (let at = 0; at < columns.length; at += 1) {
    const text = texts[at].trim();
    if (columns[at].kind !== "number") values.push(text === "" ? null : text);
    else if (text === "") values.push(null);
    else {
      const number = parse(text);
      if (number === null) return { wrong: at };
      values.push(number);
    }
  }
  return { values };
}

/** Whether the cells of a row can be typed at all. */
export const isTyped = (columns) =>
  columns.length <= MOST_TYPED && columns.every(({ kind }) => kind === "number" || kind === "text");

/**
 * @param {Object} app
 * @param {{trace: Object|null, asked: Object|null, options: Object}} shown
 * @param {(asked: Object) => void} show
 * @param {(options: Object) => void} turn
 */
export function chooser(app, { trace, asked, options }, show, turn) {
  const { t, numbers, store } = app;
  const design = store.get("designed")?.data;
  const parts = PARTS.filter((name) => name in (design?.rows ?? {}));
  const own = trace?.row ?? asked?.row ?? { part: parts[0] ?? "train", number: 0 };
  const part = choice(
    parts.map((value) => ({ value, title: PART_TITLES[value](t) })),
    own.part,
    () => show({ row: { part: part.value, place: 0 } }),
  );
  const number = h("input", {
    type: "text", inputmode: "numeric", value: String(own.number ?? 0), class: "stepping-row-number",
    on: { change: given },
  });
  function given() {
    const found = numbers.parse(number.value);
    if (found !== null) show({ row: { part: part.value, number: Math.trunc(found) } });
  }
  const count = design?.rows?.[own.part] ?? 0;
  const step = (by) => () => {
    const place = Math.min(Math.max((own.place ?? 0) + by, 0), count - 1);
    show({ row: { part: own.part, place } });
  };
  const check = (name, label, hint) => {
    const box = h("input", {
      type: "checkbox", checked: options[name], title: hint,
      on: { change: () => turn({ ...options, [name]: box.checked }) },
    });
    return field(label, box, { inline: true });
  };
  return h(
    "div",
    { class: "stepping-choose" },
    h(
      "div",
      { class: "stepping-bar-of-rows" },
      field(t("stepping.part"), part),
      field(t("stepping.number"), number),
      h(
        "div",
        { class: "stepping-around" },
        button("‹", step(-1), { label: t("stepping.previous.row"), disabled: !(own.place > 0) }),
        button("›", step(1), { label: t("stepping.next.row"), disabled: !(own.place < count - 1) }),
      ),
      check("training", t("stepping.training"), t("stepping.training.hint")),
      check("jacobian", t("stepping.jacobian"), t("stepping.jacobian.hint")),
    ),
    trace && isTyped(trace.columns) ? typing(app, trace, show) : null,
  );
}

function typing(app, trace, show) {
  const { t, numbers, store } = app;
  const inputs = trace.columns.map((column, at) => {
    const cell = trace.given[at];
    const text = typeof cell === "number" ? numbers.exact(cell) : String(cell ?? "");
    return h("input", { type: "text", value: text, inputmode: column.kind === "number" ? "decimal" : null });
  });
  const classes = store.get("designed")?.data?.classes;
  const wanted = classes
    ? choice(
        [{ value: "", title: t("stepping.target.none") }, ...classes.map((value) => ({ value, title: value }))],
        typeof trace.target === "string" ? trace.target : "",
        () => {},
      )
    : h("input", {
        type: "text", inputmode: "decimal",
        value: typeof trace.target === "number" ? numbers.exact(trace.target) : "",
      });
  const form = h(
    "form",
    {
      class: "stepping-form",
      on: {
        submit: (event) => {
          event.preventDefault();
          const typed = typedValues(
            trace.columns,
            inputs.map((input) => input.value),
            numbers.parse,
          );
          inputs.forEach((input, at) => input.setAttribute("aria-invalid", String(typed.wrong === at)));
          if (typed.wrong !== undefined) return inputs[typed.wrong].focus();
          const target = classes ? wanted.value || null : numbers.parse(wanted.value);
          return show({ values: typed.values, target });
        },
      },
    },
    trace.columns.map((column, at) => field(column.name, inputs[at])),
    field(t("stepping.target"), wanted),
    h("button", { type: "submit", class: "primary" }, t("stepping.go")),
  );
  return h("details", { class: "stepping-type", open: trace.row === null }, h("summary", null, t("stepping.type")), form);
}
