// The steps of a move as lights, while it runs.

import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { milliseconds } from "../lib/format.js";
import { forwardSteps, meaning, stepMeanings, stepStates } from "../lib/words.js";

/** One light per step; they stand in the order of the move from the start, so nothing shifts while it runs. */
export class StepLights {
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
