// A host with its containers: as chips with names while there is room. Dots, for large fleets, are in `dots.js`.
//
// Each container keeps its place on the tile while it stays. A place that has become free is taken by the next that
// comes, so that no container moves on the screen but the one that really does.

import { badge, panelLink, simulatedBadge } from "./bits.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { isSimulatedHost } from "../lib/fleet.js";
import { bytes, count } from "../lib/format.js";
import { hostStates, meaning } from "../lib/words.js";

export const NOWHERE = ""; // the tile of containers that have no host yet

export class Tile {
  /** @type {(string | null)[]} which container has which place; `null` is a free one */
  slots = [];
  #placeOf = new Map();

  constructor(name) {
    this.name = name;
    const id = `tile-${name || "nowhere"}`;
    this.badges = el("span", { class: "badges" });
    this.delta = el("span", { class: "delta", "aria-hidden": true });
    this.number = el("span", { class: "tile-count" });
    this.facts = el("p", { class: "tile-facts" });
    this.problems = el("p", { class: "tile-problems", hidden: true });
    this.bar = el("span", { class: "tile-bar", "aria-hidden": true }, el("span"));
    this.chips = el("div", { class: "chips" });
    this.rest = el("p", { class: "tile-more", hidden: true });
    this.link = name === NOWHERE ? null : panelLink(`host:${name}`, name);
    this.root = el("section", { class: "tile", "aria-labelledby": id, "data-host": name },
      el("div", { class: "tile-head" }, el("h2", { id }, this.link ?? "On no host yet"), this.number, this.badges),
      this.delta, this.facts, this.problems, this.bar, this.chips, this.rest);
    this.holes = [];
  }

  get count() {
    return this.#placeOf.size;
  }

  get names() {
    return this.#placeOf.keys();
  }

  /** Gives a container the first free place. */
  enter(container) {
    if (this.#placeOf.has(container)) return;
    let place = this.slots.indexOf(null);
    if (place < 0) place = this.slots.length;
    this.slots[place] = container;
    this.#placeOf.set(container, place);
  }

  leave(container) {
    const place = this.#placeOf.get(container);
    if (place === undefined) return;
    this.#placeOf.delete(container);
    this.slots[place] = null;
    while (this.slots.length && this.slots.at(-1) === null) this.slots.pop();
  }

  /** Closes the gaps and puts the containers in this order: when all is drawn anew anyway. */
  settle(order) {
    this.slots = [...this.#placeOf.keys()].sort(order);
    this.#placeOf = new Map(this.slots.map((name, place) => [name, place]));
  }

  /** Which place a container has; `undefined` when it is not here. */
  placeOf(container) {
    return this.#placeOf.get(container);
  }

  /** Writes what is known of the host. */
  describe(host, coming) {
    const here = this.count - coming;
    setAttribute(this.root, "data-state", host?.state ?? "unknown");
    if (!host) {
      setText(this.facts, this.name === NOWHERE ? "Waiting to be placed." : "This host is not known to the page.");
      this.bar.hidden = true;
      return;
    }
    const key = `${host.state} ${host.role} ${isSimulatedHost(host)}`;
    if (key !== this.key) {
      this.key = key;
      this.badges.replaceChildren(...[
        host.role === "gateway" && el("span", { class: "badge" }, "gateway"),
        isSimulatedHost(host) && simulatedBadge(), badge(meaning(hostStates, host.state)),
      ].filter(Boolean));
    }
    const { facts, capacity } = host;
    const machine = `${count(facts.cpuCount, "CPU")} · ${bytes(facts.memoryBytes)}`;
    const gateway = host.role === "gateway";
    setText(this.facts, gateway ? `${host.address} · ${machine} · maps the tenants’ virtual addresses to their containers`
      : `${here} of ${count(capacity.containers, "container")} · ${machine}`);
    setText(this.number, gateway ? "" : `${here} / ${capacity.containers}`);
    this.bar.hidden = gateway;
    this.bar.firstChild.style.transform = `scaleX(${Math.min(1, here / Math.max(1, capacity.containers)).toFixed(3)})`;
    this.problems.hidden = facts.problems.length === 0;
    setText(this.problems, facts.problems.length
      ? `⚠ ${facts.problems[0]}${facts.problems.length > 1 ? ` (and ${facts.problems.length - 1} more)` : ""}` : "");
  }

  /**
   * Shows chips in their places.
   * @param {(container: string) => Element} chip
   * @param {number} most how many at most
   */
  showChips(chip, most) {
    this.chips.hidden = this.count === 0;
    this.dots?.root.remove();
    this.dots = null;
    setAttribute(this.chips, "role", this.count ? "toolbar" : null);
    setAttribute(this.chips, "aria-label", this.count ? `Containers on ${this.name || "no host"}` : null);
    let holes = 0;
    const nodes = this.slots.slice(0, most).map((name) => {
      if (name !== null) return chip(name);
      this.holes[holes] ??= el("span", { class: "hole", "aria-hidden": true });
      return this.holes[holes++];
    });
    arrange(this.chips, nodes);
    const left = this.slots.slice(most).filter((name) => name !== null).length;
    this.rest.hidden = left === 0;
    if (left > 0) this.rest.replaceChildren(panelLink(`host:${this.name}`, `and ${left} more`));
    // One stop of the Tab key per tile; the arrow keys go from chip to chip.
    const buttons = [...this.chips.querySelectorAll("button.chip")];
    if (!buttons.some((button) => button.tabIndex === 0) && buttons[0]) buttons[0].tabIndex = 0;
    for (const button of buttons.filter((other) => other.tabIndex === 0).slice(1)) button.tabIndex = -1;
  }

  /**
   * Shows dots in their places.
   * @param {typeof import("./dots.js").Dots} Dots
   * @param {(container: string) => {tenant: string, mark: string}} look
   * @param {number} perRow
   */
  showDots(Dots, look, perRow) {
    this.chips.hidden = true;
    this.rest.hidden = true;
    if (!this.dots) {
      this.dots = new Dots();
      this.root.append(this.dots.root);
    }
    this.dots.show(this.slots, look, perRow);
  }
}
