// How different the fleet's hosts are from each other, kept current: read again when a host's profile or the weights
// change, and not with every event.

import { request } from "./api.js";

const SETTLE = 1500;

export class Likeness {
  /** @type {{hosts: string[], differences: (number | null)[][]} | null} there is none in very large fleets */
  matrix = null;
  /** What is said of the fleet as a whole; `null` while it is not known. */
  summary = null;
  #fleet;
  #readers = [];
  #known = "";
  #rows = new Map();

  constructor(fleet) {
    this.#fleet = fleet;
    fleet.subscribe((changes) => {
      if (!changes.all && !changes.hosts.size && !changes.policies.has("default")) return;
      const key = this.#key();
      // What the page begins with was read together with the lists.
      if (key === this.#known || (this.#known === "" && this.summary)) return void (this.#known = key);
      this.#known = key;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), SETTLE);
    });
  }

  /** Calls back when the differences are new. */
  subscribe(reader) {
    this.#readers.push(reader);
  }

  /**
   * The difference of two hosts, 0 to 1.
   * @returns {number | null} `null` when it is not known
   */
  between(one, other) {
    return this.matrix?.differences[this.#rows.get(one)]?.[this.#rows.get(other)] ?? null;
  }

  /** What the matrix depends on, as far as this page sees it. */
  #key() {
    const hosts = [...this.#fleet.hosts.values()].filter((host) => host.role !== "gateway")
      .map((host) => [host.name, host.facts.profile ?? null, host.labels]);
    return JSON.stringify([hosts, this.#fleet.policies.get("default")?.weights]);
  }

  /** Reads the differences; without an answer there are none. */
  async load() {
    try {
      const { value } = await request("GET", "/v1/heterogeneity");
      this.summary = value.summary;
      this.matrix = value.differences ? value : null;
      this.#rows = new Map(value.hosts.map((name, row) => [name, row]));
    } catch {
      // Without differences there is the plain grid. They are asked for again with the next change.
      this.matrix = this.summary = null;
      this.#known = "?";
    }
    for (const reader of this.#readers) reader();
  }
}

/**
 * The matrix without gaps: what is not known counts as the mean of what is.
 * @param {(number | null)[][]} differences
 * @returns {number[][] | null} `null` when too little is known, or all hosts are alike
 */
export function filled(differences) {
  let [sum, known, all, largest] = [0, 0, 0, 0];
  differences.forEach((row, one) => row.forEach((value, other) => {
    if (one === other) return;
    all += 1;
    if (value === null || value === undefined) return;
    known += 1;
    sum += value;
    largest = Math.max(largest, value);
  }));
  if (known < all / 2 || largest < 1e-6) return null;
  const mean = sum / known;
  return differences.map((row, one) => row.map((value, other) => (one === other ? 0 : value ?? mean)));
}
