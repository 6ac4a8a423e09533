// A report's words as elements: what Markdown says becomes text in elements of this page, never markup.

import { tableHead } from "./table.js";
import { el } from "../lib/dom.js";
import { pieces } from "../lib/markdown.js";

const TAGS = { bold: "b", code: "code" };

/** A line's words, with what is bold and what is code in them. */
export const words = (text) => pieces(text).map((piece) => (TAGS[piece.kind] ? el(TAGS[piece.kind], {}, piece.text) : piece.text));

/**
 * The elements for some blocks of a report.
 * @param {import("../lib/markdown.js").Block[]} blocks
 * @param {string} title what they are about, for the names of tables
 * @returns {HTMLElement[]}
 */
export function report(blocks, title) {
  let tables = 0;
  return blocks.map((block) => {
    switch (block.kind) {
    // The page's own headline, and that of the view, stand above a report.
    case "heading": return el(`h${Math.min(6, block.level + 1)}`, {}, words(block.text));
    case "list": return el("ul", { class: "findings" }, block.items.map((item) => el("li", {}, words(item))));
    case "code": return el("pre", {}, el("code", {}, block.text));
    case "table":
      tables += 1;
      return table(block, `${title}: ${tables === 1 ? "table" : `table ${tables}`}`);
    default: return el("p", {}, words(block.text));
    }
  });
}

function table({ head, rows }, label) {
  // A value's interval stands below it, so that there is room for all columns.
  const valueOf = (cell) => {
    const [, value, interval] = /^([^(]+) \((.+)\)$/.exec(cell) ?? [];
    return value ? [...words(value), el("span", { class: "interval" }, words(interval))] : words(cell);
  };
  const lines = rows.map(([name, ...cells]) => el("tr", {}, el("th", { scope: "row" }, words(name ?? "")),
    cells.map((cell) => el("td", { class: "number" }, valueOf(cell)))));
  const named = tableHead(head.map((title, index) => [pieces(title).map(({ text }) => text).join(""), index ? "number" : null]));
  // A corner that says nothing is no header of anything.
  if (head[0] === "") named.querySelector("th").replaceWith(el("td"));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, el("table", { class: "values" }, named,
    el("tbody", {}, lines)));
}
