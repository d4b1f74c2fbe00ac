// Where the rows come from and how they are prepared: the sets to choose from, files that are given,
// the columns of a table, the shares of the parts, scaling, and a place to draw a digit.

import { h } from "../../core/elements.js";
import { columns } from "./columns.js";
import { drawing } from "./drawing.js";
import { options } from "./options.js";
import { preparation } from "./preparation.js";
import { sources } from "./sources.js";
import { uploads } from "./uploads.js";

/** @param {Object} app */
export function panel(app) {
  const parts = [sources, uploads, options, columns, preparation, drawing];
  document.getElementById("panel-data").replaceChildren(
    h("div", { class: "data" }, parts.map((part) => part(app))),
  );
}
