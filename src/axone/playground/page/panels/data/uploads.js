// Files that are given: by a button, or dropped anywhere on the page. They go to the session's own
// folder, on this machine; what is refused is said in words.

import { button, h } from "../../core/elements.js";
import { openSource } from "./asking.js";

/** Whether a file holds examples with a shape, as far as its name tells. */
export const isShaped = (name) => /\.(npz|zip)$/i.test(name);

/**
 * Send a file. @param {File} file @param {(share: number) => void} progress @param {AbortSignal} signal
 * @returns {Promise<{source: string}|{refused: {place: string, words: string}}|null>} null: it did not arrive
 */
export function send(file, progress, signal) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/upload?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => total && progress(loaded / total);
    request.onload = () => resolve(request.response ?? null);
    request.onerror = request.onabort = () => resolve(null);
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

/** @param {Object} app */
export function uploads(app) {
  const { t } = app;
  const input = h("input", { type: "file", class: "unseen", tabindex: "-1", "aria-hidden": "true", on: { change: () => take(input.files) } });
  const bar = h("progress", { max: 1, "aria-label": t("data.upload") });
  const stop = button(t("data.upload.stop"), () => abort?.abort(), { class: "plain" });
  const progress = h("div", { class: "upload-progress", hidden: true }, bar, stop);
  const veil = h("div", { class: "drop-veil", hidden: true }, h("p", null, t("data.upload.drop")));
  let abort = null;

  async function take(files) {
    const file = files?.[0];
    input.value = "";
    if (!file || abort) return;
    abort = new AbortController();
    progress.hidden = false;
    bar.value = 0;
    app.announce(t("data.upload.begun", { name: file.name }));
    const stopped = abort.signal;
    const answer = await send(file, (share) => (bar.value = share), stopped);
    progress.hidden = true;
    abort = null;
    if (answer?.refused) app.refuse(answer.refused);
    else if (answer?.source) await open(answer.source, file.name);
    else if (!stopped.aborted) app.refuse({ place: "data.source", words: t("data.upload.failed", { name: file.name }) });
  }

  async function open(source, name) {
    const designed = await openSource(app, { name: source, flat: !isShaped(name), task: "" });
    if (designed) app.announce(t("data.upload.open", { name }));
  }

  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const listen = (name, listener) =>
    document.addEventListener(name, (event) => holdsFiles(event) && listener(event), { signal: app.signal });
  let within = 0;
  listen("dragenter", (event) => {
    event.preventDefault();
    within += 1;
    veil.hidden = false;
  });
  listen("dragleave", () => {
    within = Math.max(0, within - 1);
    veil.hidden = within === 0;
  });
  listen("dragover", (event) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  listen("drop", (event) => {
    event.preventDefault();
    within = 0;
    veil.hidden = true;
    take(event.dataTransfer.files);
  });

  return h(
    "div",
    { class: "upload" },
    button(t("data.upload"), () => input.click()),
    h("p", { class: "hint" }, t("data.upload.hint")),
    input,
    progress,
    veil,
  );
}
