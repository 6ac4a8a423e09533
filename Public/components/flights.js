// Moves as they are seen on the picture of the fleet: a container on its way from host to host, with its step and its
// milliseconds.
//
// A move takes a fraction of a second, too short for the eye. So the traveller follows the steps that have happened, but
// no faster than the whole way in about a second; its figures are those of the move and not of the drawing.

import { tint } from "./bits.js";
import { el, prefersStillness, setText, svg } from "../lib/dom.js";
import { isOpen } from "../lib/fleet.js";
import { milliseconds } from "../lib/format.js";
import { forwardSteps, totalMilliseconds } from "../lib/words.js";

const MOST_AT_ONCE = 24;
const MOST_LABELS = 8;
const FASTEST = 1100; // milliseconds for the whole way
const LINGER = 700;

/** @typedef {{x: number, y: number}} Point */

export class Flights {
  #flights = new Map();
  #known = new Map(); // the newest moves that have begun, so that none is shown twice
  #last = 0;
  #running = false;

  /**
   * @param {(host: string, container: string) => Point | null} anchor where on the picture a container is on a host
   * @param {(container: string) => void} landed called when a traveller has arrived
   */
  constructor(anchor, landed) {
    this.anchor = anchor;
    this.landed = landed;
    this.ways = svg("svg", { class: "ways", "aria-hidden": true });
    this.travellers = el("div", { class: "travellers", "aria-hidden": true });
  }

  /** Whether a container is on its way on the picture. */
  isFlying(container) {
    return [...this.#flights.values()].some((flight) => flight.relocation.container === container);
  }

  /** Takes a move as it is now. */
  follow(relocation) {
    const flight = this.#flights.get(relocation.id);
    if (flight) {
      flight.take(relocation);
      return;
    }
    if (!relocation.destination || relocation.state === "queued" || this.#known.has(relocation.id)) return;
    // Old moves that come with a list are history. One that began and ended between two frames is seen all the same.
    if (!isOpen(relocation) && this.started !== true) return;
    this.#know(relocation.id);
    if (document.hidden || this.#flights.size >= MOST_AT_ONCE) return;
    const [from, to] = [this.anchor(relocation.source, relocation.container), this.anchor(relocation.destination, relocation.container)];
    if (!from || !to) return;
    this.#flights.set(relocation.id, new Flight(relocation, from, to, this));
    this.#run();
  }

  /** From now on moves that are new are shown even when they have ended already. */
  begin(relocations) {
    for (const relocation of relocations) if (!isOpen(relocation)) this.#know(relocation.id);
    this.started = true;
  }

  /** Tiles have new places. */
  replace() {
    for (const flight of this.#flights.values()) {
      const { source, destination, container } = flight.relocation;
      const [from, to] = [this.anchor(source, container), this.anchor(destination, container)];
      if (from && to) flight.draw(from, to);
    }
  }

  #know(id) {
    this.#known.set(id, true);
    if (this.#known.size > 500) this.#known.delete(this.#known.keys().next().value);
  }

  #run() {
    if (this.#running) return;
    this.#running = true;
    this.#last = performance.now();
    requestAnimationFrame((clock) => this.#frame(clock));
  }

  #frame(clock) {
    const elapsed = Math.max(0, clock - this.#last);
    this.#last = clock;
    const crowded = this.#flights.size > MOST_LABELS;
    this.travellers.classList.toggle("crowded", crowded);
    for (const [id, flight] of this.#flights) {
      if (!flight.advance(elapsed, clock, crowded)) continue;
      flight.remove();
      this.#flights.delete(id);
      this.landed(flight.relocation.container);
    }
    this.#running = this.#flights.size > 0;
    if (this.#running) requestAnimationFrame((next) => this.#frame(next));
  }
}

class Flight {
  constructor(relocation, from, to, sky) {
    this.begunAt = performance.now();
    this.endedAt = null;
    this.progress = 0;
    this.still = prefersStillness();
    this.step = el("span", { class: "traveller-step" });
    this.clock = el("span", { class: "traveller-clock" });
    this.root = tint(el("div", { class: "traveller" },
      el("span", { class: "traveller-name" }, relocation.container), this.step, this.clock), relocation.tenant);
    this.way = tint(svg("path", { class: "way" }), relocation.tenant);
    this.take(relocation);
    this.draw(from, to);
    sky.ways.append(this.way);
    sky.travellers.append(this.root);
  }

  take(relocation) {
    this.relocation = relocation;
    const newest = relocation.steps.at(-1)?.kind;
    this.reached = Math.max(0, ...relocation.steps.map(({ kind }) => forwardSteps.indexOf(kind)));
    this.undoing = newest && !forwardSteps.includes(newest) ? newest : null;
    const ended = !isOpen(relocation);
    if (ended) this.endedAt ??= performance.now();
    const failed = ended && relocation.state !== "completed";
    this.target = failed || this.undoing ? 0 : ended ? 1 : 0.94 * (this.reached + 0.6) / forwardSteps.length;
    this.root.dataset.tone = failed ? "bad" : this.undoing ? "warn" : ended ? "good" : "move";
  }

  draw(from, to) {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    this.points = [from, { x: from.x + dx / 2 + dy * 0.14, y: from.y + dy / 2 - dx * 0.14 }, to];
    const [start, bend, end] = this.points;
    this.way.setAttribute("d", `M${start.x} ${start.y}Q${bend.x} ${bend.y} ${end.x} ${end.y}`);
    this.place();
  }

  /** Goes on by so many milliseconds; tells whether it has arrived. In a crowd nobody reads what is on it. */
  advance(elapsed, clock, crowded) {
    const stride = elapsed / FASTEST;
    const rest = this.target - this.progress;
    this.progress = Math.abs(rest) <= stride ? this.target : this.progress + Math.sign(rest) * stride;
    if (!crowded) this.#write(clock);
    this.place();
    if (this.endedAt === null || this.progress !== this.target) return false;
    // With little motion the label stays long enough to be read.
    this.arrivedAt ??= clock;
    return clock - this.arrivedAt > (this.still ? 3 * LINGER : LINGER / 2);
  }

  #write(clock) {
    const total = totalMilliseconds(this.relocation);
    const shown = Math.min(this.reached, Math.floor(this.progress * forwardSteps.length));
    setText(this.step, this.endedAt && this.progress === this.target ? this.relocation.state : this.undoing ?? forwardSteps[shown]);
    setText(this.clock, milliseconds(total ?? clock - this.begunAt));
  }

  place() {
    const at = this.still ? 0.5 : ease(this.progress);
    const [start, bend, end] = this.points;
    const along = (axis) => (1 - at) ** 2 * start[axis] + 2 * at * (1 - at) * bend[axis] + at ** 2 * end[axis];
    this.root.style.transform = `translate(${along("x").toFixed(1)}px, ${along("y").toFixed(1)}px) translate(-50%, -50%)`;
  }

  remove() {
    this.root.remove();
    this.way.remove();
  }
}

const ease = (share) => share * share * (3 - 2 * share);
