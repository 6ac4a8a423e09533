// One container: what it is, where it is, when it moves, and what can be done with it.

import { action } from "../components/action.js";
import { badge, panelLink, routeLink, simulatedBadge, tint } from "../components/bits.js";
import { Facts } from "../components/facts.js";
import { isPinned } from "../components/chip.js";
import { decisionView } from "../components/decision.js";
import { request } from "../lib/api.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { isOpen } from "../lib/fleet.js";
import { ago, byName, bytes, countdown, milliseconds, moment, secondsUntil, span } from "../lib/format.js";
import { clean } from "../lib/route.js";
import { requestText } from "../lib/text.js";
import { containerStates, failureWords, hostStates, meaning, relocationStates } from "../lib/words.js";
import { choosePolicy } from "./tenant.js";

const RECENT = 10;
const VANISHED = "This container is not in the fleet any more.";
const PIN_TIMES = [[600, "10 minutes"], [3600, "1 hour"], [8 * 3600, "8 hours"], [86400, "1 day"], [7 * 86400, "1 week"]];

export default class ContainerPanel {
  constructor({ fleet, name }) {
    this.fleet = fleet;
    this.name = name;
    this.path = `/v1/containers/${encodeURIComponent(name)}`;
    this.badges = el("p", { class: "badges" });
    this.detail = el("p", { class: "soft" });
    this.facts = containerFacts(fleet);
    this.log = el("pre", { tabindex: "0", role: "region", "aria-label": "What the tool said" });
    this.logBox = el("details", { hidden: true }, el("summary", {}, "What the tool said"), this.log);
    this.moves = new Map();
    this.list = el("ol", { class: "recent" });
    this.noMoves = el("p", { class: "soft" }, "It has not moved yet.");
    this.#makeRelocate();
    this.#makeStay();
    this.#makeRest();
    this.heading = el("h2", { id: "panel-title", class: "panel-title" }, name);
    this.body = el("div", {}, this.facts.root, this.logBox, this.startPlace,
      el("section", {}, el("h3", {}, "Relocate"), this.relocate.root, this.decision),
      el("section", {}, el("h3", {}, "Let it stay"), this.pinned, this.pin.root, this.pause.root),
      el("section", {}, el("h3", {}, "Policy"), this.setPolicy.root),
      el("section", {}, el("h3", {}, "Recent moves"), this.list, this.noMoves,
        el("p", {}, routeLink(clean("relocations", { container: name }), "All its moves"))),
      this.output, this.stopPlace,
      el("section", {}, el("h3", {}, "Delete"), this.remove.root));
    this.root = el("article", {}, this.heading, this.badges, this.detail, this.body);
    this.#loadMoves();
    fleet.seek("containers", name);
  }

  concerns(changes) {
    return changes.containers.has(this.name) || changes.hosts.size > 0 || changes.policies.size > 0 || changes.tenants.size > 0
      || [...changes.relocations].some((id) => this.fleet.relocations.get(id)?.container === this.name);
  }

  update() {
    const container = this.fleet.containers.get(this.name);
    this.body.hidden = !container;
    if (!container) {
      this.badges.replaceChildren();
      return setText(this.detail, this.fleet.isPart("containers") ? "This page does not know the container." : VANISHED);
    }
    tint(this.heading, container.tenant);
    const state = meaning(containerStates, container.state);
    this.badges.replaceChildren(badge(state), ...(isPinned(container) ? [" ", badge({ sign: "⚲", tone: "warn", word: "pinned" })] : []),
      ...(container.isPaused ? [" ", badge({ sign: "‖", tone: "warn", word: "paused" })] : []),
      ...(container.runtime === "simulated" ? [" ", simulatedBadge()] : []));
    setText(this.detail, [container.stateDetail, state.meaning].filter(Boolean).join(". "));
    this.facts.update(container);
    this.logBox.hidden = !container.mobility.log;
    setText(this.log, container.mobility.log ?? "");
    this.startPlace.hidden = !["stopped", "failed", "stranded", "lost"].includes(container.state);
    this.stopPlace.hidden = container.state !== "running";
    this.#suggestHosts(container);
    this.relocate.refresh();
    this.#writeStay(container);
    const tenantsPolicy = this.fleet.tenants.get(container.tenant)?.policy ?? "default";
    choosePolicy(this.policy, this.fleet, container.policy, `its tenant’s (${tenantsPolicy})`);
    this.setPolicy.refresh();
    for (const relocation of this.fleet.relocations.values()) {
      if (relocation.container === this.name) this.moves.set(relocation.id, relocation);
    }
    this.#writeMoves();
  }

  tick() {
    const container = this.fleet.containers.get(this.name);
    if (container) this.facts.update(container);
  }

  #makeRelocate() {
    this.to = el("select", { name: "to" }, el("option", { value: "" }, "any: the strategy chooses"));
    this.reason = el("input", { name: "reason", autocomplete: "off", maxlength: "200", placeholder: "optional" });
    this.decision = el("div", { class: "dry", "aria-live": "polite" });
    this.dry = el("button", { type: "button", onclick: () => this.#dryRun() }, "Dry run");
    this.relocate = action({
      label: "Relocate now", primary: true, beside: [this.dry],
      fields: [el("label", {}, "To", this.to), el("label", {}, "Reason", this.reason)],
      target: () => ({ method: "POST", path: `${this.path}/relocate`, body: this.#wish() }),
      done: (relocation) => {
        this.fleet.accept(relocation);
        this.decision.replaceChildren();
        return `Move ${relocation.id} was asked for.`;
      },
    });
  }

  #wish() {
    const body = {};
    if (this.to.value) body.to = this.to.value;
    if (this.reason.value.trim()) body.reason = this.reason.value.trim();
    return body;
  }

  /** Shows where it would go, and why, without moving it. */
  async #dryRun() {
    this.dry.disabled = true;
    try {
      const { value } = await request("POST", `${this.path}/relocate?dryRun=true`, this.#wish());
      this.decision.replaceChildren(el("p", { class: "soft" }, "A dry run: nothing was moved. A real move draws anew."),
        decisionView(value));
    } catch (problem) {
      this.decision.replaceChildren(el("p", { class: "outcome", "data-tone": "bad" }, problem.message));
    } finally {
      this.dry.disabled = false;
    }
  }

  #makeStay() {
    this.pinned = el("p", { hidden: true });
    this.why = el("input", { name: "why", autocomplete: "off", maxlength: "500", placeholder: "such as: backup runs" });
    this.time = el("select", { name: "time" }, PIN_TIMES.map(([value, text]) => el("option", { value }, text)));
    this.time.value = "3600";
    this.pinFields = [el("label", {}, "Why", this.why), el("label", {}, "For", this.time)];
    this.pin = action({
      label: "Pin here", fields: this.pinFields,
      target: () => {
        if (this.#isPinned()) return { method: "DELETE", path: `${this.path}/pin` };
        return { method: "PUT", path: `${this.path}/pin`, body: { reason: this.why.value.trim(), seconds: Number(this.time.value) } };
      },
      check: () => {
        if (this.#isPinned() || this.why.value.trim()) return;
        this.why.focus();
        throw new Error("Say why: whoever finds it pinned will ask.");
      },
      done: (container) => (container.pin ? `Pinned until ${moment(container.pin.until)}: nobody moves it before.` : "It may move again."),
    });
    this.pause = action({
      label: "Pause its clock",
      target: () => ({ method: "PATCH", path: this.path, body: { isPaused: !this.fleet.containers.get(this.name)?.isPaused } }),
      done: (container) => (container.isPaused
        ? "The clock leaves it where it is; operators and alerts still move it." : "The clock moves it again."),
    });
  }

  #isPinned() {
    const container = this.fleet.containers.get(this.name);
    return Boolean(container) && isPinned(container);
  }

  #writeStay(container) {
    const pinned = isPinned(container);
    this.pinned.hidden = !pinned;
    if (pinned) setText(this.pinned, `Pinned until ${moment(container.pin.until)} by ${container.pin.setBy}: ${container.pin.reason}`);
    for (const field of this.pinFields) field.hidden = pinned;
    this.pin.relabel(pinned ? "Unpin" : "Pin here");
    this.pin.refresh();
    this.pause.relabel(container.isPaused ? "Let its clock run" : "Pause its clock");
    this.pause.refresh();
  }

  #makeRest() {
    this.policy = el("select", { name: "policy" });
    this.setPolicy = action({
      label: "Give it this policy", fields: [el("label", {}, "Policy", this.policy)],
      target: () => ({ method: "PATCH", path: this.path, body: { policy: this.policy.value || null } }),
      done: (container) => `Policy ${this.fleet.policyOf(container)} holds for it.`,
    });
    this.start = action({
      label: `Start ${this.name} anew`, target: () => ({ method: "POST", path: `${this.path}/start` }),
      done: () => "It is being started; what it had in memory is lost.",
    });
    this.startPlace = el("section", { hidden: true }, el("h3", {}, "Start"), this.start.root);
    this.restart = action({
      label: `Restart ${this.name}…`,
      confirm: `Restart ${this.name}? Its process ends and is started anew: its memory and its open connections are lost.`,
      target: () => ({ method: "POST", path: `${this.path}/restart` }),
      done: () => "It is being ended, and is started anew then.",
    });
    this.stop = action({
      label: `Stop ${this.name}…`, tone: "bad",
      confirm: `Stop ${this.name}? Its process ends: its memory and its open connections are lost.`,
      target: () => ({ method: "POST", path: `${this.path}/stop` }),
      done: () => "It is being stopped.",
    });
    this.stopPlace = el("section", { hidden: true }, el("h3", {}, "Stop"), this.restart.root, this.stop.root);
    this.text = el("pre", { hidden: true, tabindex: "0", role: "region", "aria-label": "Output" });
    this.output = el("section", {}, el("h3", {}, "Output"),
      el("button", { type: "button", onclick: () => this.#readOutput() }, "Show its last output"), this.text);
    this.remove = action({
      label: `Delete ${this.name}…`, tone: "bad",
      confirm: `Delete ${this.name}? Its process ends and its open connections are lost. This cannot be undone.`,
      target: () => ({ method: "DELETE", path: this.path }),
      done: () => `${this.name} is being removed.`,
    });
  }

  async #readOutput() {
    this.text.hidden = false;
    try {
      const { status, text } = await requestText(`${this.path}/logs?tailBytes=16384`);
      setText(this.text, status === 200 ? text || "It has written nothing." : JSON.parse(text).detail ?? text);
    } catch (problem) {
      setText(this.text, problem.message);
    }
    this.text.scrollTop = this.text.scrollHeight;
  }

  #suggestHosts(container) {
    const hosts = this.fleet.workers().sort((left, right) => byName(left.name, right.name));
    const options = hosts.map((host) => {
      const here = host.name === container.host;
      const closed = host.state !== "ready" || !host.facts.runtimes.includes(container.runtime);
      const why = here ? " (is here)" : host.state !== "ready" ? ` (${meaning(hostStates, host.state).word})` : closed
        ? ` (no ${container.runtime})` : "";
      return { value: host.name, text: host.name + why, disabled: here || closed };
    });
    const key = JSON.stringify(options);
    if (key === this.optionsKey) return;
    this.optionsKey = key;
    const chosen = this.to.value;
    this.to.replaceChildren(this.to.firstChild, ...options.map(({ text, ...attributes }) => el("option", attributes, text)));
    this.to.value = options.some(({ value, disabled }) => value === chosen && !disabled) ? chosen : "";
  }

  async #loadMoves() {
    try {
      const { value } = await request("GET", `/v1/relocations?container=${encodeURIComponent(this.name)}&limit=${RECENT}`);
      for (const relocation of value.items) if (!this.moves.has(relocation.id)) this.moves.set(relocation.id, relocation);
      this.#writeMoves();
    } catch (problem) {
      setText(this.noMoves, problem.message);
    }
  }

  #writeMoves() {
    const newest = [...this.moves.values()].sort((left, right) => right.id - left.id).slice(0, RECENT);
    this.moves = new Map(newest.map((relocation) => [relocation.id, relocation]));
    this.lines ??= new Map();
    arrange(this.list, newest.map((relocation) => {
      const known = this.lines.get(relocation.id);
      if (known?.relocation === relocation) return known.root;
      const root = known?.root ?? el("li");
      root.replaceChildren(...moveLine(relocation));
      setAttribute(root, "data-state", relocation.state);
      this.lines.set(relocation.id, { relocation, root });
      return root;
    }));
    for (const id of [...this.lines.keys()]) if (!this.moves.has(id)) this.lines.delete(id);
    this.noMoves.hidden = newest.length > 0;
  }
}

function moveLine(relocation) {
  const { source, destination, pauseMilliseconds, failure } = relocation;
  const figures = isOpen(relocation) ? "" : ` pause ${milliseconds(pauseMilliseconds)}`;
  return [
    panelLink(`relocation:${relocation.id}`, `#${relocation.id}`), ` ${moment(relocation.createdAt)} `,
    `${source} → ${destination ?? "?"} `, badge(meaning(relocationStates, relocation.state)),
    el("span", { class: "soft" }, `${figures} by ${relocation.trigger} ${failureWords(failure)}`),
  ];
}

function containerFacts(fleet) {
  return new Facts([
    ["Tenant", ({ tenant }) => ({ text: tenant, panel: `tenant:${tenant}` })],
    ["Host", ({ host }) => (host ? { text: host, panel: `host:${host}` } : "none yet")],
    ["Next move", (container) => {
      const { deadlineAt, state } = container;
      if (isPinned(container)) return "pinned";
      if (container.isPaused) return "its clock is paused";
      if (fleet.tenants.get(container.tenant)?.isPaused) return "its tenant’s clock is paused";
      if (!deadlineAt) return "not planned";
      const left = secondsUntil(deadlineAt);
      return state === "relocating" ? "moving now" : left > 0 ? { text: `in ${countdown(left)}`, class: "figure" } : "due";
    }],
    ["On this host", ({ arrivedAt }) => (arrivedAt ? `since ${moment(arrivedAt)}, ${span(-secondsUntil(arrivedAt))}` : null)],
    ["Policy", (container) => fleet.policyOf(container)],
    ["Clients use", ({ virtualAddress, ports }) => (virtualAddress
      ? ports.map(({ port }) => `${virtualAddress}:${port}`).join(", ") || virtualAddress : "no ports")],
    ["Ports", ({ ports }) => (ports.length ? ports.map(({ port, containerPort }) => `${port} → ${containerPort}`).join(", ") : null)],
    ["Address now", ({ address }) => address ?? "none"],
    ["Old addresses", ({ retainedAddresses }) => (retainedAddresses.length
      ? `${retainedAddresses.join(", ")}: kept for connections that are still open` : "none in use")],
    ["Can it move?", ({ mobility }) => ({
      movable: { state: { sign: "✓", tone: "good", word: "yes, a trial dump succeeded" } },
      immovable: { state: { sign: "⚓", tone: "warn", word: `no: ${mobility.reason}` } },
    })[mobility.state] ?? "not tried yet"],
    ["Refusals", ({ refusals }) => (refusals
      ? `has refused to move since ${moment(refusals.since)}, ${refusals.count} ${refusals.count === 1 ? "time" : "times"}, because ${refusals.reason}` : null)],
    ["Image", ({ image, digest }) => [image, " ", { text: digest.slice(0, 19), class: "soft" }]],
    ["Command", ({ command }) => (command.length ? command.join(" ") : "the image’s own")],
    ["Environment", ({ environment }) => Object.entries(environment ?? {}).map(([key, value]) => `${key}=${value}`).join(" ") || null],
    ["Limits", ({ limits }) => `${bytes(limits.memoryBytes)} memory, ${limits.cpus} CPU, ${limits.processes} processes`],
    ["Root user", ({ hostRoot }) => (hostRoot
      ? { state: { sign: "⚠", tone: "warn", word: "the host’s own: whoever breaks out of it is root on the host" } } : null)],
    ["Runtime", ({ runtime }) => runtime],
    ["Image’s files", ({ runtime, imageSharing }) => (runtime === "docker"
      ? "shared with all containers of its Docker daemon, pages in memory too" : {
        fleet: "shared with all containers, pages in memory too", tenant: "shared with its tenant’s containers only",
        none: "its own" }[imageSharing])],
    ["Created", ({ createdAt }) => ago(createdAt)],
  ]);
}
