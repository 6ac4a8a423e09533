// Exposure as it is now, and as it was since it was first looked at: asked for at a quiet pace while the page is seen.

import { request } from "./api.js";

const PACE = 10_000;
const PACE_ASIDE = 30_000; // while another view is looked at
const KEPT = 720;
const LIMIT = 1000;

/** @typedef {{at: number, worst: number, overdue: number, beside: number, containers: number}} Sample */

export class Exposures {
  /** @type {any} the last answer */
  latest = null;
  /** @type {Sample[]} the oldest first */
  samples = [];
  /** What went wrong with the last question, in words; "" when nothing did. */
  problem = "";
  #readers = [];
  #timer = 0;
  #watched = true;

  subscribe(reader) {
    this.#readers.push(reader);
  }

  /** Asks now, and then again and again. `watched` says whether somebody looks at it. */
  async follow(watched = this.#watched) {
    this.#watched = watched;
    clearTimeout(this.#timer);
    const run = (this.run = (this.run ?? 0) + 1);
    if (!document.hidden) await this.#ask();
    if (run === this.run) this.#timer = setTimeout(() => this.follow(), this.#watched ? PACE : PACE_ASIDE);
  }

  async #ask() {
    try {
      const { value } = await request("GET", `/v1/exposure?limit=${LIMIT}`);
      this.latest = value;
      this.problem = "";
      this.samples.push(sample(value));
      if (this.samples.length > KEPT) this.samples.shift();
    } catch (problem) {
      this.problem = problem.message;
    }
    for (const reader of this.#readers) reader();
  }
}

/** The answer in a few numbers. A container's present stay is judged, and not its worst of all times. */
function sample({ at, containers, containerCount }) {
  const shares = containers.map(presentShare);
  return {
    at: Date.parse(at), worst: Math.max(0, ...shares), overdue: shares.filter((share) => share >= 1).length,
    beside: containers.filter(({ current }) => current.length > 0).length, containers: containerCount,
  };
}

/** How long a container has now been beside somebody, as a share of the assumed attack time. */
export const presentShare = ({ current, assumedAttackSeconds }) =>
  Math.max(0, ...current.map(({ seconds }) => seconds)) / Math.max(1e-9, assumedAttackSeconds);
