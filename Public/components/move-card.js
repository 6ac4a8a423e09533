// One move as a card: its way, its steps as lights, its clock.

import { badge, panelLink, tint } from "./bits.js";
import { request } from "../lib/api.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { isOpen } from "../lib/fleet.js";
import { bytes, isNumber, milliseconds } from "../lib/format.js";
import {
  failureWords, forwardSteps, isCancellable, meaning, relocationStates, stepMeanings, stepStates, totalMilliseconds,
} from "../lib/words.js";

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

/** One light per step; they stand in the order of the move from the start, so nothing shifts while it runs. */
class StepLights {
  constructor() {
    this.root = el("ol", { class: "lights" });
    this.lights = new Map();
    this.seen = new Map();
  }

  /** Shows the steps as they are; `elapsed` is the page's own clock for steps under way. */
  update(relocation, clock) {
    const latest = new Map(relocation.steps.map((step) => [step.kind, step]));
    const kinds = [...forwardSteps, ...[...latest.keys()].filter((kind) => !forwardSteps.includes(kind))];
    for (const kind of kinds) this.#light(kind).update(latest.get(kind), clock, this.seen);
    arrange(this.root, kinds.map((kind) => this.#light(kind).root));
  }

  #light(kind) {
    let light = this.lights.get(kind);
    if (light) return light;
    const sign = el("span", { class: "light-sign", "aria-hidden": true });
    const time = el("span", { class: "light-time" });
    const undo = !forwardSteps.includes(kind);
    const root = el("li", { class: undo ? "light undo" : "light", title: stepMeanings[kind] },
      sign, el("span", { class: "light-name" }, kind), time);
    light = {
      root,
      update(step, clock, seen) {
        const state = step ? meaning(stepStates, step.state) : { sign: "·", tone: "none" };
        setAttribute(root, "data-tone", state.tone);
        setText(sign, state.sign);
        if (!step) return setText(time, "");
        const key = `${kind} ${step.attempt}`;
        if (!seen.has(key)) seen.set(key, clock);
        const running = step.state === "sent" ? clock - seen.get(key) : null;
        const duration = step.durationMilliseconds ?? running;
        const again = step.attempt > 1 ? ` ×${step.attempt}` : "";
        setText(time, duration === null ? again : milliseconds(duration) + again);
      },
    };
    this.lights.set(kind, light);
    return light;
  }
}
