// A list of labels and values, of which only what changed is written anew.

import { badge, panelLink } from "./bits.js";
import { el } from "../lib/dom.js";

/** A list of labels and values. A value is a function that gives parts: strings, or `{text, panel}` for links. */
export class Facts {
  constructor(rows) {
    this.rows = rows.map(([label, value]) => {
      const term = el("dt", {}, label);
      const detail = el("dd");
      return { term, detail, value, key: null };
    });
    this.root = el("dl", { class: "facts" }, this.rows.flatMap(({ term, detail }) => [term, detail]));
  }

  /** Writes what changed; a row whose value is `null` is hidden. */
  update(subject) {
    for (const row of this.rows) {
      const value = row.value(subject) ?? null;
      row.term.hidden = row.detail.hidden = value === null;
      const parts = value === null ? [] : [value].flat();
      const key = JSON.stringify(parts);
      if (key === row.key) continue;
      row.key = key;
      row.detail.replaceChildren(...parts.map(part));
    }
  }
}

function part(value) {
  if (typeof value === "string") return value;
  if (value.panel) return panelLink(value.panel, value.text);
  if (value.state) return badge(value.state);
  return el("span", { class: value.class }, value.text);
}
