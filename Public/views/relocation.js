// One move, with every step.

import { action } from "../components/action.js";
import { Facts, badge } from "../components/bits.js";
import { stepsTable, waterfall } from "../components/steps.js";
import { request } from "../lib/api.js";
import { el, setText } from "../lib/dom.js";
import { bytes, isNumber, milliseconds, moment } from "../lib/format.js";
import { isCancellable, meaning, relocationStates, totalMilliseconds } from "../lib/words.js";

export class RelocationPanel {
  constructor(fleet, name) {
    this.fleet = fleet;
    this.id = Number(name);
    this.badges = el("p", { class: "badges" });
    this.detail = el("p", { class: "soft" });
    this.facts = relocationFacts();
    this.picture = el("div", { class: "picture" });
    this.steps = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Steps" });
    this.cancel = action({
      label: `Cancel move ${name}`,
      target: () => ({ method: "POST", path: `/v1/relocations/${this.id}/cancel` }),
      done: () => "Cancelled.",
    });
    this.body = el("div", { hidden: true }, this.facts.root, el("h3", {}, "Steps"), this.picture, this.steps, this.cancel.root);
    this.root = el("article", {}, el("h2", { id: "panel-title" }, `Move ${name}`), this.badges, this.detail, this.body);
    if (!fleet.relocations.has(this.id)) this.#load();
  }

  concerns(changes) {
    return changes.relocations.has(this.id);
  }

  update() {
    this.relocation = this.fleet.relocations.get(this.id) ?? this.relocation;
    if (!this.relocation) return;
    const { relocation } = this;
    this.body.hidden = false;
    const state = meaning(relocationStates, relocation.state);
    this.badges.replaceChildren(badge(state));
    setText(this.detail, state.meaning ?? "");
    this.facts.update(relocation);
    this.picture.replaceChildren(waterfall(relocation));
    this.steps.replaceChildren(stepsTable(relocation));
    this.cancel.root.hidden = !isCancellable(relocation);
  }

  async #load() {
    try {
      this.relocation = (await request("GET", `/v1/relocations/${this.id}`)).value;
      this.update();
    } catch (problem) {
      setText(this.detail, problem.message);
    }
  }
}

function relocationFacts() {
  return new Facts([
    ["Container", ({ container, tenant }) => [{ text: container, panel: `container:${container}` }, ` of ${tenant}`]],
    ["From", ({ source }) => ({ text: source, panel: `host:${source}` })],
    ["To", ({ destination }) => (destination ? { text: destination, panel: `host:${destination}` } : "not chosen yet")],
    ["Asked for", ({ createdAt, trigger, actor }) => `${moment(createdAt)} by ${trigger}${actor === trigger ? "" : ` (${actor})`}`],
    ["Reason", ({ reason }) => reason],
    ["Address", ({ oldAddress, newAddress }) => `${oldAddress} → ${newAddress ?? "not chosen yet"}`],
    ["Pause", ({ pauseMilliseconds }) => (!isNumber(pauseMilliseconds) ? "–"
      : [{ text: milliseconds(pauseMilliseconds), class: "figure" }, { text: " in which no packet reached the container", class: "soft" }])],
    ["In all", (relocation) => milliseconds(totalMilliseconds(relocation))],
    ["Dump", (relocation) => bytes(relocation.bytes)],
    ["What went wrong", ({ failure }) => failure?.message ?? null],
    ["The tool said", ({ failure }) => failure?.toolMessage || null],
  ]);
}
