// The header: language, theme, sharing and saving, and the help with its list of shortcuts.

import { button, choice, h } from "./elements.js";
import { keep, kept } from "./preferences.js";

const THEMES = ["auto", "light", "dark"];

/** The theme that the reader chose; "auto" is what the system prefers. */
export const chosenTheme = () => (THEMES.includes(kept("theme")) ? kept("theme") : "auto");

/** Show the chosen theme; the store has the one that is seen. @param {Object} store */
export function applyTheme(store) {
  const name = chosenTheme();
  const dark = name === "dark" || (name === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  store.set({ theme: dark ? "dark" : "light" });
}

/** @param {(language: string) => void} changeLanguage */
export function header(changeLanguage) {
  return (app) => {
    const { t, store, keys } = app;
    document.getElementById("header-tools").replaceChildren(
      languages(app, changeLanguage),
      themes(app),
      button(t("core.save"), () => save(app), { class: "plain" }),
      button(t("core.share"), () => share(app), { class: "plain" }),
      button(t("core.help"), () => showHelp(app), { class: "plain", shortcut: "?" }),
    );
    keys.add("?", "core.key.help", () => showHelp(app));
    matchMedia("(prefers-color-scheme: dark)").addEventListener(
      "change",
      () => applyTheme(store),
      { signal: app.signal },
    );
  };
}

function languages({ t, store }, change) {
  const names = store.get("languages") ?? {};
  const select = choice(
    Object.entries(names).map(([code, name]) => ({ value: code, title: name })),
    store.get("language"),
    change,
  );
  select.id = "language";
  select.setAttribute("aria-label", t("core.language"));
  return select;
}

function themes({ t, store }) {
  const titles = { auto: t("core.theme.auto"), light: t("core.theme.light"), dark: t("core.theme.dark") };
  const select = choice(
    THEMES.map((name) => ({ value: name, title: titles[name] })),
    chosenTheme(),
    (name) => {
      keep("theme", name === "auto" ? null : name);
      applyTheme(store);
    },
  );
  select.setAttribute("aria-label", t("core.theme"));
  return select;
}

async function share(app) {
  const plane = app.store.get("plane");
  const view = plane?.columns?.length ? { plane: { kind: plane.kind, columns: plane.columns } } : undefined;
  const answer = await app.request("share", { view });
  if (!answer) return;
  history.replaceState(null, "", `#${answer.fragment}`);
  const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
  dialog(app, app.t("core.share"), [
    h("p", null, copied ? app.t("core.share.copied") : app.t("core.share.address")),
    h("input", { type: "text", readonly: true, value: location.href, "aria-label": app.t("core.share.address") }),
    (answer.notes ?? []).map((note) => h("p", { class: "hint" }, note)),
  ]);
}

async function save(app) {
  const answer = await app.request("save");
  if (!answer) return;
  h("a", { href: `/download/${encodeURIComponent(answer.download)}`, download: answer.name }).click();
  app.announce(app.t("core.saved", { name: answer.name }));
  for (const note of answer.notes ?? []) app.refuse({ words: note });
}

function showHelp(app) {
  const { t, keys } = app;
  dialog(app, t("core.help"), [
    h("p", null, t("core.help.words")),
    h("h3", null, t("core.keys")),
    h(
      "dl",
      { class: "shortcuts" },
      keys.list().map((shortcut) => [
        h("dt", null, shortcut.keys.map((name) => h("kbd", null, readable(name, t)))),
        h("dd", null, t(shortcut.key)),
      ]),
    ),
    h("p", { class: "hint" }, t("core.keys.hint")),
  ]);
}

const ON_A_MAC = () => /Mac|iPhone|iPad/.test(navigator.platform ?? "");

/** "mod+shift+z" as keyboards name it. */
export function readable(name, t, mac = ON_A_MAC()) {
  const names = {
    mod: mac ? "⌘" : t("core.key.control"), shift: mac ? "⇧" : t("core.key.shift"), alt: mac ? "⌥" : "Alt",
    " ": t("core.key.space"), ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓",
  };
  return name.split("+").map((part) => names[part] ?? part.toUpperCase()).join(mac ? "" : " + ");
}

/** A dialog of its own: Escape and the button close it, the focus goes back. */
function dialog({ t }, title, content) {
  const element = document.getElementById("help");
  element.replaceChildren(
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id: "help-title" }, title),
      button("×", () => element.close(), { class: "quiet", label: t("core.close") }),
    ),
    h("div", { class: "dialog-body" }, content),
  );
  element.showModal();
}
