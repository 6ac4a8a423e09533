// Small parts that several views show.

import { el, setText } from "../lib/dom.js";
import { hue } from "../lib/format.js";
import { address, go } from "../lib/route.js";

/** A state with its sign: colour is never the only mark. */
export function badge({ sign, tone, word }) {
  return el("span", { class: "badge", "data-tone": tone }, el("span", { "aria-hidden": true }, sign), ` ${word}`);
}

export const simulatedBadge = () => el("span", { class: "badge simulated" }, "simulated");

/** Gives an element its tenant's colour; the style sheet does the rest. */
export function tint(node, tenant) {
  node.style.setProperty("--hue", hue(tenant));
  return node;
}

/** A link that opens a panel, such as `host:host1`; opens in a new tab like any link. */
export function panelLink(panel, text, attributes = {}) {
  return routeLink({ panel }, text, attributes);
}

/** A link to a route that differs from the present one in these keys. */
export function routeLink(changes, text, attributes = {}) {
  return el("a", {
    href: address(changes), ...attributes,
    onclick: (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      go(changes);
    },
  }, text);
}

/** The line for a shell, with a button that copies it. */
export function curlLine(text) {
  const code = el("code", { tabindex: "0", role: "textbox", "aria-readonly": "true", "aria-label": "The same with curl" }, text);
  const button = el("button", { type: "button", class: "small", onclick: () => copy() }, "Copy");
  async function copy() {
    let copied = false;
    try {
      await navigator.clipboard.writeText(code.textContent);
      copied = true;
    } catch {
      // Without a secure origin there is no clipboard interface: select the text and ask the document.
      getSelection().selectAllChildren(code);
      copied = document.execCommand("copy");
    }
    setText(button, copied ? "Copied" : "Select and copy by hand");
    setTimeout(() => setText(button, "Copy"), 2000);
  }
  return { root: el("div", { class: "curl" }, code, button), set: (line) => setText(code, line) };
}

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
