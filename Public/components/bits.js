// Small parts that several views show.

import { el } from "../lib/dom.js";
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
