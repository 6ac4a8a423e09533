// One move as a card: its way, its steps as lights, its clock.

import { badge, panelLink, tint } from "./bits.js";
import { StepLights } from "./lights.js";
import { request } from "../lib/api.js";
import { el, setAttribute, setText } from "../lib/dom.js";
import { isOpen } from "../lib/fleet.js";
import { bytes, isNumber, milliseconds } from "../lib/format.js";
import { failureWords, isCancellable, meaning, relocationStates, totalMilliseconds } from "../lib/words.js";

export class MoveCard {
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
