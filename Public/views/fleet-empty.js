// What to do next in a fleet that has no hosts or no containers yet.

import { el } from "../lib/dom.js";

/**
 * @param {import("../lib/fleet.js").Fleet} fleet
 * @returns {HTMLElement[]}
 */
export function emptyWords(fleet) {
  if (fleet.workers().length === 0) {
    return [el("h2", {}, "No hosts yet"),
      el("p", {}, "Hosts enrol by themselves when their agent starts. On a machine of your own, or for a fleet on this one:"),
      el("pre", {}, "relocate agent --help\nrelocate lab --help")];
  }
  if (fleet.images.size === 0) {
    return [el("h2", {}, "No containers yet"),
      el("p", {}, "The hosts are ready. Import an image first; then create a tenant’s container from it."),
      el("pre", {}, "docker save redis -o redis.tar\nrelocate images import redis.tar --name redis")];
  }
  return [el("h2", {}, "No containers yet"),
    el("p", {}, "The hosts are ready. Create a tenant and its first container; it starts moving at once."),
    el("button", { type: "button", class: "primary", onclick: () => document.getElementById("new").click() }, "New container")];
}
