// Parts of tables.

import { el } from "../lib/dom.js";

/**
 * The head of a table.
 * @param {(string | [string, string] | [string, string, string])[]} columns titles, with a class such as `number` and words
 *   that say more where they have any
 * @returns {HTMLElement}
 */
export const tableHead = (columns) => el("thead", {}, el("tr", {}, columns.map((column) => {
  const [title, kind = null, more = null] = [column].flat();
  return el("th", { scope: "col", class: kind, title: more }, title);
})));
