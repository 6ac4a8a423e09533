// Small parts that several views show.

import { el } from "../lib/dom.js";
import { hue } from "../lib/format.js";
import { address, go } from "../lib/route.js";

/**
 * A state with its sign: colour is never the only mark.
 * @param {{sign: string, tone: string, word: string}} state
 */
export function badge({ sign, tone, word }) {
  return el("span", { class: "badge", "data-tone": tone }, el("span", { "aria-hidden": true }, sign), ` ${word}`);
}

/** The mark of what runs nowhere. */
export const simulatedBadge = () => el("span", { class: "badge simulated" }, "simulated");

/**
 * Gives an element its tenant's colour; the style sheet does the rest.
 * @template {HTMLElement | SVGElement} Kind
 * @param {Kind} node
 * @param {string} tenant
 * @returns {Kind}
 */
export function tint(node, tenant) {
  node.style.setProperty("--hue", hue(tenant));
  return node;
}

/**
 * A link that opens a panel, such as `host:host1`; opens in a new tab like any link.
 * @param {string} panel
 * @param {string} text
 * @param {Record<string, unknown>} [attributes]
 */
export function panelLink(panel, text, attributes = {}) {
  return routeLink({ panel }, text, attributes);
}

/**
 * A link to a route that differs from the present one in these keys.
 * @param {Record<string, string>} changes
 * @param {string} text
 * @param {Record<string, unknown>} [attributes]
 */
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
