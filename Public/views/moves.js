// Moving now: every move in flight with its steps lighting up. A move takes a fraction of a second, so it stays to be
// read for a while after it has ended.

import { now } from "../lib/clock.js";
import { arrange, el, setText } from "../lib/dom.js";
import { isOpen } from "../lib/fleet.js";
import { count, countdown, secondsUntil } from "../lib/format.js";
import { lazy } from "../lib/lazy.js";

const LINGER = 12_000;
const SHORTEST = 4_000; // how long an ended move stays at least, however many come
const MOST = 12;
const READABLE = 60; // milliseconds between two figures

// Cards come with the first move that there is to show.
const cardPart = lazy(() => import("../components/move-card.js"));

export class MovesView {
  constructor(fleet, root) {
    this.fleet = fleet;
    this.cards = new Map();
    this.next = el("p", { class: "next" });
    this.list = el("div", { class: "moves-list", tabindex: "0", role: "region", "aria-label": "Moves in flight and just ended" });
    this.idle = el("p", { class: "soft idle" }, "Nothing is moving.");
    this.more = el("p", { class: "soft", hidden: true });
    root.append(el("div", { class: "moves-head" }, el("h2", {}, "Moving now"), this.next), this.idle, this.list, this.more);
    fleet.subscribe((changes) => this.#changed(changes));
  }

  /** Once a second: ended moves leave, and the next one is announced. */
  tick() {
    let left = false;
    for (const [id, card] of this.cards) {
      if (card.endedAt !== null && performance.now() - card.endedAt > LINGER) {
        this.cards.delete(id);
        left = true;
      }
    }
    if (left) this.#arrange();
    this.#announceNext();
  }

  #changed(changes) {
    const ids = changes.all ? [...this.fleet.relocations.keys(), ...this.cards.keys()] : changes.relocations;
    let fresh = false;
    for (const id of ids) {
      const relocation = this.fleet.relocations.get(id);
      if (!relocation) this.cards.delete(id);
      else if (this.cards.has(id)) this.cards.get(id).update(relocation);
      else fresh ||= isOpen(relocation) || isFresh(relocation);
    }
    if (fresh) this.#deal(ids);
    this.#arrange();
    if (changes.all || changes.settings) this.#announceNext();
  }

  /** Gives new moves a card each, while there is room. */
  async #deal(ids) {
    const { MoveCard } = this.part ?? (this.part = await cardPart().catch(() => ({})));
    if (!MoveCard) return;
    for (const id of ids) {
      const relocation = this.fleet.relocations.get(id);
      if (!relocation || this.cards.has(id) || (!isOpen(relocation) && !isFresh(relocation)) || !this.#makeRoom()) continue;
      const card = new MoveCard(relocation);
      this.cards.set(id, card);
      card.update(relocation);
    }
    this.#arrange();
    this.#run();
  }

  #makeRoom() {
    if (this.cards.size < MOST) return true;
    for (const [id, card] of this.cards) {
      if (card.endedAt === null || performance.now() - card.endedAt < SHORTEST) continue;
      this.cards.delete(id);
      return true;
    }
    return false;
  }

  #arrange() {
    const cards = [...this.cards.values()].sort((left, right) => left.relocation.id - right.relocation.id);
    arrange(this.list, cards.map((card) => card.root));
    this.idle.hidden = cards.length > 0;
    this.list.hidden = cards.length === 0;
    const others = cards.length < MOST ? 0
      : [...this.fleet.relocations.values()].filter((relocation) => isOpen(relocation) && !this.cards.has(relocation.id)).length;
    this.more.hidden = others === 0;
    setText(this.more, `and ${count(others, "more move")}`);
  }

  /** The clocks of moves under way run by themselves, as fast as one can read, only while there are any. */
  #run() {
    if (this.running) return;
    let written = 0;
    const frame = (clock = performance.now()) => {
      if (clock - written < READABLE) return void requestAnimationFrame(frame);
      written = clock;
      const open = [...this.cards.values()].filter((card) => card.endedAt === null && card.relocation.state !== "queued");
      for (const card of open) card.run();
      this.running = open.length > 0 && Boolean(requestAnimationFrame(frame));
      return undefined;
    };
    frame();
  }

  #announceNext() {
    if (this.fleet.paused) return setText(this.next, "The clock is paused.");
    let soonest = null;
    for (const container of this.fleet.containers.values()) {
      if (container.state !== "running" || !container.deadlineAt) continue;
      if (soonest === null || container.deadlineAt < soonest.deadlineAt) soonest = container;
    }
    if (!soonest) return setText(this.next, "");
    const left = secondsUntil(soonest.deadlineAt);
    return setText(this.next, left > 0 ? `Next: ${soonest.name} in ${countdown(left)}` : `Due: ${soonest.name}`);
  }
}

const isFresh = (relocation) => Boolean(relocation.endedAt) && now() - Date.parse(relocation.endedAt) < LINGER;
