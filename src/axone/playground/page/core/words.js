// The page's texts: templates by key, as the server sent them, and figures put into them. The page
// has no text of its own; an unknown key shows itself, so that nobody overlooks it.

/**
 * @param {() => Object<string, string>} table the templates in use
 * @param {() => string} language such as "en"
 * @param {(value: number) => string} number how numbers among the figures are written
 */
export function createWords(table, language, number) {
  /** The text of a key with its figures. @param {string} key @param {Object} [figures] */
  function t(key, figures = {}) {
    const template = table()[key];
    return template === undefined ? key : filled(template, figures, number);
  }

  /** The text of a count: `key.one` or `key.many`, as the language counts. */
  t.n = (key, count, figures = {}) => t(`${key}.${form(language(), count)}`, { count, ...figures });

  /** Whether there is such a text. */
  t.has = (key) => table()[key] !== undefined;

  return t;
}

/**
 * A template with figures in it; names without a figure stay as they are.
 * @param {string} template @param {Object} figures @param {(value: number) => string} number
 */
export function filled(template, figures, number = String) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => {
    const figure = figures[name];
    if (figure === undefined || figure === null) return whole;
    return typeof figure === "number" ? number(figure) : String(figure);
  });
}

/** A name as a title: "Dense". @param {string} name @param {string} language such as "en" */
export function titled(name, language) {
  const [first = "", ...rest] = name;
  return first.toLocaleUpperCase(language) + rest.join("");
}

/** "one" or "many": French says "0 époque" where English says "0 epochs". */
export function form(language, count) {
  return new Intl.PluralRules(language).select(count) === "one" ? "one" : "many";
}
