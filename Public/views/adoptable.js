// Containers that people started on a host by themselves: what is in the way of moving them, or how to take them over.

import { action } from "../components/action.js";
import { panelLink } from "../components/bits.js";
import { el } from "../lib/dom.js";

export class Adoptable {
  /** @param {string} host the host's name */
  constructor(host) {
    this.path = `/v1/hosts/${encodeURIComponent(host)}/adopt`;
    this.list = el("ul", { class: "strangers" });
    this.root = el("section", { hidden: true }, el("h3", {}, "Started here by people"),
      el("p", { class: "soft" }, "They carry a tenant's label. Adopting one takes it from Docker's network and lets it move; it keeps running."),
      this.list);
  }

  /** @param {{id: string, name: string, tenant: string, image: string, obstacles: string[]}[]} containers */
  update(containers) {
    const key = JSON.stringify(containers);
    if (key === this.key) return;
    this.key = key;
    this.root.hidden = containers.length === 0;
    this.list.replaceChildren(...containers.map((container) => this.#item(container)));
  }

  #item({ id, name, tenant, image, obstacles }) {
    return el("li", { "data-container": name },
      el("p", {}, el("strong", {}, name), " of ", panelLink(`tenant:${tenant}`, tenant), el("span", { class: "soft" }, ` · ${image}`)),
      obstacles.length > 0
        ? el("ul", { class: "problems" }, obstacles.map((obstacle) => el("li", {}, `⚠ ${obstacle}`)))
        : this.#adoption(id, name));
  }

  #adoption(id, name) {
    const port = el("input", { type: "number", min: 1, max: 65535, inputmode: "numeric", placeholder: "none" });
    const ports = () => (port.value === "" ? [] : [{ port: Number(port.value) }]);
    return action({
      label: `Adopt ${name}`,
      fields: [el("label", {}, "Port that clients reach", port)],
      target: () => ({ method: "POST", path: this.path, body: { container: id, ports: ports() } }),
      check: () => {
        if (!port.validity.valid) throw new Error("The port must be 1 to 65535, or empty for none.");
      },
      done: (container) => `${container.name} is being adopted.`,
    }).root;
  }
}
