// Starts the page: connects, learns the words, lets every panel fill its region, and does so anew
// when the language changes or the worker had to be started again.

import { createApp } from "./core/app.js";
import { connect, socketAddress } from "./core/connection.js";
import { applyTheme, header } from "./core/header.js";
import { createKeys } from "./core/keys.js";
import { createNumbers } from "./core/numbers.js";
import { createPictures } from "./core/pictures.js";
import { createRefusals } from "./core/refusals.js";
import { createStore } from "./core/store.js";
import { startFrames } from "./core/pulse.js";
import { TABS, applyWords, showTabs } from "./core/regions.js";
import { banner } from "./core/banner.js";
import { kept, keep } from "./core/preferences.js";
import { createWords } from "./core/words.js";

const PANELS = ["transport", "data", "training", "network", "output", ...TABS];
const PLACES = { transport: "training" };

const store = createStore({ arrays: new Map(), curves: {} });
let numbers = createNumbers("en");
const language = () => store.get("language") ?? "en";
const t = createWords(() => store.get("words") ?? {}, language, (value) => numbers.short(value, 6));
const connection = connect(socketAddress(location));
const base = createApp({
  connection,
  store,
  t,
  numbers: () => numbers,
  keys: createKeys(document),
  refusals: createRefusals(document.getElementById("refusals"), () => t("core.dismiss")),
  announcer: document.getElementById("announcer"),
  pictures: createPictures(),
});

/** @type {Function[]} */
let panels = [];
let ends = [];

/**
 * Ask for everything again and build the page of it.
 * @param {string|null} [wanted] a language; by default the one chosen here before, else the program's
 */
async function greet(wanted = kept("language")) {
  const hello = await base.ask("hello", wanted ? { language: wanted } : {});
  const { words, language: own, languages, schema, catalogue, runs } = hello;
  numbers = createNumbers(own);
  store.set({ words, language: own, languages, schema, catalogue, kept: runs ?? [] });
  document.documentElement.lang = own;
  build();
}

function build() {
  for (const end of ends) end();
  applyWords(document, t);
  document.title = `Axone ${t("core.playground")}`;
  ends = [banner, header(changeLanguage), showTabs, ...panels].map(inScope);
}

function inScope(panel) {
  const { app, end } = base.scope();
  panel(app);
  return end;
}

async function changeLanguage(wanted) {
  keep("language", wanted);
  await greet(wanted).catch(base.refuse);
  document.getElementById("language")?.focus();
}

async function start() {
  applyTheme(store);
  const found = await Promise.allSettled(
    PANELS.map((name) => import(`./panels/${PLACES[name] ?? name}/${name}.js`)),
  );
  panels = found.filter(({ value }) => value).map(({ value }) => value.panel);
  connection.on("opened", () => greet().then(openFragment).catch(base.refuse));
  connection.on("worker", ({ alive }) => alive && greet().catch(base.refuse));
  startFrames(connection);
  if (connection.isOpen()) await greet().then(openFragment);
}

/** What a shared address carries, once: afterwards the page is the reader's own. */
async function openFragment() {
  const fragment = location.hash.slice(1);
  if (!fragment) return;
  history.replaceState(null, "", location.pathname + location.search);
  const opened = await base.request("opened", { fragment });
  for (const note of opened?.notes ?? []) base.refuse({ words: note });
  if (opened?.view) store.set({ shared_view: opened.view });
}

start();
