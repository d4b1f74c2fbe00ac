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
import { applyWords, showTabs } from "./core/regions.js";
import { banner } from "./core/banner.js";
import { kept, keep } from "./core/preferences.js";
import { createWords } from "./core/words.js";
import { panel as transport } from "./panels/training/transport.js";
import { panel as data } from "./panels/data/data.js";
import { panel as training } from "./panels/training/training.js";
import { panel as network } from "./panels/network/network.js";
import { panel as output } from "./panels/output/output.js";
import { panel as rows } from "./panels/rows/rows.js";
import { panel as stepping } from "./panels/stepping/stepping.js";
import { panel as diagnosis } from "./panels/diagnosis/diagnosis.js";
import { panel as scenes } from "./panels/scenes/scenes.js";
import { panel as laboratory } from "./panels/laboratory/laboratory.js";
import { panel as compare } from "./panels/compare/compare.js";
import { panel as code } from "./panels/code/code.js";

const PANELS = [
  transport, data, training, network, output, rows, stepping, diagnosis, scenes, laboratory, compare, code,
];

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

/** @type {(() => void)[]} */
let ends = [];

/**
 * Ask for everything again and build the page of it.
 * @param {string|null} [wanted] a language; by default the one chosen here before, else the program's
 */
async function greet(wanted = kept("language")) {
  const hello = await base.ask("hello", wanted ? { language: wanted } : {});
  const { words, language: own, languages, schema, catalogue, runs, asked_about: askedAbout } = hello;
  numbers = createNumbers(own);
  store.set({ words, language: own, languages, schema, catalogue, askedAbout, kept: runs ?? [] });
  document.documentElement.lang = own;
  build();
}

function build() {
  for (const end of ends) end();
  applyWords(document, t);
  document.title = `Axone ${t("core.playground")}`;
  ends = [banner, header(changeLanguage), showTabs, ...PANELS].map(inScope);
}

function inScope(panel) {
  const { app, end } = base.scope();
  try {
    panel(app);
  } catch (error) {
    // One panel's mistake leaves the others as they are.
    reportError(error);
  }
  return end;
}

async function changeLanguage(wanted) {
  keep("language", wanted);
  await greet(wanted).catch(base.refuse);
  document.getElementById("language")?.focus();
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

applyTheme(store);
connection.on("opened", () => greet().then(openFragment).catch(base.refuse));
connection.on("worker", ({ alive }) => alive && greet().catch(base.refuse));
startFrames(connection);
