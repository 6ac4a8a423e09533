// One move, with the decision it follows and every step.

import { action } from "../components/action.js";
import { badge } from "../components/bits.js";
import { Facts } from "../components/facts.js";
import { decisionView } from "../components/decision.js";
import { stepsTable, waterfall } from "../components/waterfall.js";
import { request } from "../lib/api.js";
import { el, setText } from "../lib/dom.js";
import { bytes, isNumber, milliseconds, moment } from "../lib/format.js";
import { isCancellable, meaning, relocationStates, totalMilliseconds } from "../lib/words.js";

export default class RelocationPanel {
  constructor({ fleet, name }) {
    this.fleet = fleet;
    this.id = Number(name);
    this.badges = el("p", { class: "badges" });
    this.detail = el("p", { class: "soft" });
    this.facts = relocationFacts();
    this.failure = el("div", { class: "failure", hidden: true });
    this.picture = el("div", { class: "picture" });
    this.steps = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Steps" });
    this.decision = el("div", {}, el("p", { class: "soft" }, "Being read …"));
    this.cancel = action({
      label: `Cancel move ${name}`,
      target: () => ({ method: "POST", path: `/v1/relocations/${this.id}/cancel` }),
      done: () => "Cancelled.",
    });
    this.body = el("div", { hidden: true }, this.failure, this.facts.root, el("h3", {}, "Steps"), this.picture, this.steps,
      this.cancel.root,
      el("h3", {}, "Why there"), this.decision);
    this.root = el("article", {}, el("h2", { id: "panel-title" }, `Move ${name}`), this.badges, this.detail, this.body);
    this.#load();
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
    this.failure.hidden = !relocation.failure;
    this.failure.replaceChildren(...failureLines(relocation));
    this.picture.replaceChildren(waterfall(relocation));
    this.steps.replaceChildren(stepsTable(relocation));
    this.cancel.root.hidden = !isCancellable(relocation);
    // The decision is made when the move begins; one that was queued when it was read has none yet.
    if (this.decided === false && relocation.destination) this.#load();
  }

  async #load() {
    this.decided = true;
    try {
      const { value } = await request("GET", `/v1/relocations/${this.id}`);
      this.relocation = value;
      this.decided = Boolean(value.decision) || !["queued", "running"].includes(value.state);
      this.decision.replaceChildren(value.decision ? decisionView(value.decision)
        : el("p", { class: "soft" }, value.destination ? "No decision was kept for this move." : "No host has been chosen yet."));
      this.update();
    } catch (problem) {
      setText(this.relocation ? this.decision : this.detail, problem.message);
    }
  }
}

function failureLines({ failure }) {
  if (!failure) return [];
  return [el("p", { class: "failure-words" }, `✕ ${failure.message}`), el("p", { class: "soft" }, `Kind: ${failure.code}`),
    ...(failure.toolMessage ? [el("pre", { tabindex: "0", role: "region", "aria-label": "What the tool said" },
      failure.toolMessage)] : [])];
}

function relocationFacts() {
  return new Facts([
    ["Container", ({ container, tenant }) => [{ text: container, panel: `container:${container}` }, " of ",
      { text: tenant, panel: `tenant:${tenant}` }]],
    ["From", ({ source }) => ({ text: source, panel: `host:${source}` })],
    ["To", ({ destination }) => (destination ? { text: destination, panel: `host:${destination}` } : "not chosen yet")],
    ["Asked for", ({ createdAt, trigger, actor }) => `${moment(createdAt)} by ${trigger}${actor === trigger ? "" : ` (${actor})`}`],
    ["Reason", ({ reason }) => reason],
    ["Suspected", ({ avoidTenants }) => (avoidTenants?.length ? avoidTenants.join(", ") : null)],
    ["Address", ({ oldAddress, newAddress }) => `${oldAddress} → ${newAddress ?? "not chosen yet"}`],
    ["Pause", ({ pauseMilliseconds }) => (!isNumber(pauseMilliseconds) ? "–"
      : [{ text: milliseconds(pauseMilliseconds), class: "figure" }, { text: " in which no packet reached the container",
        class: "soft" }])],
    ["In all", (relocation) => milliseconds(totalMilliseconds(relocation))],
    ["Dump", (relocation) => bytes(relocation.bytes)],
    ["Cancelled by", ({ cancelledBy }) => cancelledBy],
  ]);
}
