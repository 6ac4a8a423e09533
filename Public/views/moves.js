// Moving now: every move in flight with its steps lighting up. A move takes a fraction of a second, so it stays to be
// read for a while after it has ended.

import { badge, panelLink, tint } from "../components/bits.js";
import { StepLights } from "../components/lights.js";
import { request } from "../lib/api.js";
import { now } from "../lib/clock.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { isOpen } from "../lib/fleet.js";
import { bytes, count, countdown, isNumber, milliseconds, secondsUntil } from "../lib/format.js";
import { failureWords, isCancellable, meaning, relocationStates, totalMilliseconds } from "../lib/words.js";

const LINGER = 12_000;
const MOST = 12;

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
    for (const id of ids) {
      const relocation = this.fleet.relocations.get(id);
      if (!relocation) {
        this.cards.delete(id);
        continue;
      }
      let card = this.cards.get(id);
      const fresh = relocation.endedAt && now() - Date.parse(relocation.endedAt) < LINGER;
      if (!card && !isOpen(relocation) && !fresh) continue;
      if (!card) {
        card = new Card(relocation);
        this.cards.set(id, card);
      }
      card.update(relocation);
    }
    this.#arrange();
    this.#run();
    if (changes.all || changes.settings) this.#announceNext();
  }

  #arrange() {
    const cards = [...this.cards.values()].sort((left, right) => left.relocation.id - right.relocation.id);
    // The running ones first in line when there are too many; within that, the oldest first.
    const chosen = cards.length <= MOST ? cards : [
      ...cards.filter((card) => card.endedAt === null && card.relocation.state !== "queued"),
      ...cards.filter((card) => card.endedAt !== null || card.relocation.state === "queued"),
    ].slice(0, MOST);
    arrange(this.list, chosen.map((card) => card.root));
    this.idle.hidden = cards.length > 0;
    this.list.hidden = cards.length === 0;
    this.more.hidden = cards.length <= MOST;
    setText(this.more, `and ${count(cards.length - MOST, "more move")}`);
  }

  /** The clocks of moves under way run by themselves, frame by frame, only while there are any. */
  #run() {
    if (this.running) return;
    const frame = () => {
      const open = [...this.cards.values()].filter((card) => card.endedAt === null && card.relocation.state !== "queued");
      for (const card of open) card.run();
      this.running = open.length > 0 && Boolean(requestAnimationFrame(frame));
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
    setText(this.next, left > 0 ? `Next: ${soonest.name} in ${countdown(left)}` : `Due: ${soonest.name}`);
  }
}

class Card {
  constructor(relocation) {
    this.lights = new StepLights();
    this.way = el("span", { class: "way-words" });
    this.clock = el("span", { class: "move-clock" });
    this.foot = el("p", { class: "move-foot" });
    this.cancel = el("button", { type: "button", class: "small", onclick: () => this.#cancel() }, "Cancel");
    this.root = tint(el("article", { class: "move", "aria-label": `Move ${relocation.id} of ${relocation.container}` },
      el("div", { class: "move-head" },
        panelLink(`container:${relocation.container}`, relocation.container, { class: "move-name" }), this.way, this.clock),
      this.lights.root, el("div", { class: "move-tail" }, this.foot, this.cancel)), relocation.tenant);
    this.begunAt = performance.now();
    this.endedAt = null;
  }

  update(relocation) {
    if (this.relocation?.state === "queued" && relocation.state !== "queued") this.begunAt = performance.now();
    this.relocation = relocation;
    const open = isOpen(relocation);
    if (!open) this.endedAt ??= performance.now();
    setAttribute(this.root, "data-state", relocation.state);
    setText(this.way, `${relocation.source} → ${relocation.destination ?? "?"}`);
    this.cancel.hidden = !isCancellable(relocation);
    const state = meaning(relocationStates, relocation.state);
    const words = [];
    if (isNumber(relocation.pauseMilliseconds)) words.push(`pause ${milliseconds(relocation.pauseMilliseconds)}`);
    if (isNumber(relocation.bytes)) words.push(bytes(relocation.bytes));
    words.push(`by ${relocation.trigger}`);
    if (state.meaning) words.push(state.meaning);
    if (relocation.failure) words.push(failureWords(relocation.failure));
    this.foot.replaceChildren(badge(state), ` ${words.join(" · ")}`);
    this.run();
  }

  /** Writes the running clocks. */
  run() {
    const clock = performance.now();
    const { state } = this.relocation;
    const total = totalMilliseconds(this.relocation);
    setText(this.clock, state === "queued" ? "waits" : milliseconds(total ?? clock - this.begunAt));
    this.lights.update(this.relocation, clock);
  }

  async #cancel() {
    try {
      await request("POST", `/v1/relocations/${this.relocation.id}/cancel`);
    } catch (problem) {
      this.foot.replaceChildren(`Not cancelled: ${problem.message}`);
    }
  }
}
