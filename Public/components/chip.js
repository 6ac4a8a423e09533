// A container on its host.

import { el, setAttribute, setText } from "../lib/dom.js";
import { countdown, secondsUntil } from "../lib/format.js";
import { containerStates, meaning } from "../lib/words.js";
import { tint } from "./bits.js";

export class Chip {
  constructor(name, open) {
    this.name = name;
    this.title = el("span", { class: "chip-name" }, name);
    this.time = el("span", { class: "chip-time" });
    this.note = el("span", { class: "chip-note" });
    this.bar = el("span", { class: "chip-bar", "aria-hidden": true });
    this.root = el("button", { type: "button", class: "chip", tabindex: "-1", onclick: open },
      this.title, this.time, this.note, this.bar);
  }

  /** Shows the container; `relocation` is the move it is in, if the page knows it. */
  update(container, relocation) {
    if (this.tenant !== container.tenant) {
      this.tenant = container.tenant;
      tint(this.root, container.tenant);
    }
    this.container = container;
    const state = meaning(containerStates, container.state);
    setAttribute(this.root, "data-state", container.state);
    setAttribute(this.root, "data-tone", state.tone);
    const notes = [container.tenant];
    if (container.state === "relocating") notes.push(relocation?.destination ? `→ ${relocation.destination}` : "moving");
    else if (container.state !== "running") notes.push(`${state.sign} ${state.word}`);
    else if (isPinned(container)) notes.push("⚲ pinned");
    else if (container.isPaused) notes.push("‖ paused");
    else if (container.mobility.state === "immovable") notes.push("⚓ cannot move");
    setText(this.note, notes.join(" · "));
    if (container.runtime === "simulated") notes.push("simulated");
    setAttribute(this.root, "title", [container.name, ...notes].join(" · "));
    this.tick();
  }

  /** Writes how long it may stay. */
  tick() {
    const { deadlineAt, arrivedAt, state } = this.container;
    const left = state === "running" && !isPinned(this.container) && !this.container.isPaused ? secondsUntil(deadlineAt) : null;
    setText(this.time, left === null ? "" : left > 0 ? countdown(left) : "due");
    const whole = left === null ? 0 : (Date.parse(deadlineAt) - Date.parse(arrivedAt ?? deadlineAt)) / 1000;
    const share = left === null ? 0 : whole > 0 ? Math.min(1, Math.max(0, 1 - left / whole)) : 1;
    this.bar.style.transform = `scaleX(${share.toFixed(3)})`;
  }
}

/** Whether somebody wants it to stay where it is now. */
export const isPinned = ({ pin }) => Boolean(pin) && secondsUntil(pin.until) > 0;

/** The place kept for a container that is on its way. */
export function arrivalChip(container) {
  return tint(el("span", { class: "chip arriving" },
    el("span", { class: "chip-name" }, container.name),
    el("span", { class: "chip-note" }, `${container.tenant} · ⇢ arriving`)), container.tenant);
}
