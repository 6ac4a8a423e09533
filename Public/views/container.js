// One container: what it is, where it is, when it moves, and what can be done with it.

import { action } from "../components/action.js";
import { Facts, badge, panelLink, routeLink, simulatedBadge, tint } from "../components/bits.js";
import { request } from "../lib/api.js";
import { arrange, el, setText } from "../lib/dom.js";
import { isOpen } from "../lib/fleet.js";
import { ago, byName, bytes, countdown, milliseconds, moment, secondsUntil } from "../lib/format.js";
import { containerStates, failureWords, hostStates, meaning, relocationStates } from "../lib/words.js";

const RECENT = 10;
const VANISHED = "This container is not in the fleet any more.";

export class ContainerPanel {
  constructor(fleet, name) {
    this.fleet = fleet;
    this.name = name;
    this.badges = el("p", { class: "badges" });
    this.detail = el("p", { class: "soft" });
    this.facts = containerFacts();
    this.log = el("pre");
    this.logBox = el("details", { hidden: true }, el("summary", {}, "What the tool said"), this.log);
    this.moves = new Map();
    this.list = el("ol", { class: "recent" });
    this.noMoves = el("p", { class: "soft" }, "It has not moved yet.");
    this.#makeActions();
    this.heading = el("h2", { id: "panel-title", class: "panel-title" }, name);
    this.body = el("div", {}, this.facts.root, this.logBox,
      el("h3", {}, "Relocate"), this.relocate.root,
      el("h3", {}, "Recent moves"), this.list, this.noMoves,
      el("p", {}, routeLink({ view: "history", panel: "", container: name, tenant: "", host: "", state: "", trigger: "" }, "All its moves")),
      el("h3", {}, "Delete"), this.remove.root);
    this.root = el("article", {}, this.heading, this.badges, this.detail, this.body);
    this.#loadMoves();
  }

  concerns(changes) {
    return changes.containers.has(this.name) || changes.hosts.size > 0
      || [...changes.relocations].some((id) => this.fleet.relocations.get(id)?.container === this.name);
  }

  update() {
    const container = this.fleet.containers.get(this.name);
    this.body.hidden = !container;
    if (!container) {
      this.badges.replaceChildren();
      return setText(this.detail, VANISHED);
    }
    tint(this.heading, container.tenant);
    const state = meaning(containerStates, container.state);
    this.badges.replaceChildren(badge(state), ...(container.runtime === "simulated" ? [" ", simulatedBadge()] : []));
    setText(this.detail, [container.stateDetail, state.meaning].filter(Boolean).join(". "));
    this.facts.update(container);
    this.logBox.hidden = !container.mobility.log;
    setText(this.log, container.mobility.log ?? "");
    this.#suggestHosts(container);
    this.relocate.refresh();
    for (const relocation of this.fleet.relocations.values()) {
      if (relocation.container === this.name) this.moves.set(relocation.id, relocation);
    }
    this.#writeMoves();
  }

  tick() {
    const container = this.fleet.containers.get(this.name);
    if (container) this.facts.update(container);
  }

  #makeActions() {
    this.to = el("select", { name: "to" }, el("option", { value: "" }, "any host (the strategy chooses)"));
    this.reason = el("input", { name: "reason", autocomplete: "off", maxlength: "200", placeholder: "optional" });
    const path = `/v1/containers/${encodeURIComponent(this.name)}`;
    this.relocate = action({
      label: "Relocate now",
      fields: [el("label", {}, "To", this.to), el("label", {}, "Reason", this.reason)],
      target: () => {
        const body = {};
        if (this.to.value) body.to = this.to.value;
        if (this.reason.value.trim()) body.reason = this.reason.value.trim();
        return { method: "POST", path: `${path}/relocate`, body };
      },
      done: (relocation) => {
        this.fleet.accept(relocation);
        return `Move ${relocation.id} was asked for.`;
      },
    });
    this.remove = action({
      label: `Delete ${this.name}…`, tone: "bad",
      confirm: `Delete ${this.name}? Its process ends and its open connections are lost. This cannot be undone.`,
      target: () => ({ method: "DELETE", path }),
      done: () => `${this.name} is being removed.`,
    });
  }

  #suggestHosts(container) {
    const hosts = [...this.fleet.hosts.values()].filter((host) => host.role === "worker").sort((left, right) => byName(left.name, right.name));
    const options = hosts.map((host) => {
      const here = host.name === container.host;
      const closed = host.state !== "ready" || !host.facts.runtimes.includes(container.runtime);
      const why = here ? " (is here)" : host.state !== "ready" ? ` (${meaning(hostStates, host.state).word})` : closed ? ` (no ${container.runtime})` : "";
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

function containerFacts() {
  const mib = (value) => bytes(value);
  return new Facts([
    ["Tenant", ({ tenant }) => tenant],
    ["Host", ({ host }) => (host ? { text: host, panel: `host:${host}` } : "none yet")],
    ["Next move", ({ deadlineAt, state }) => {
      if (!deadlineAt) return "not planned";
      const left = secondsUntil(deadlineAt);
      return state === "relocating" ? "moving now" : left > 0 ? { text: `in ${countdown(left)}`, class: "figure" } : "due";
    }],
    ["On this host", ({ arrivedAt }) => (arrivedAt ? `since ${moment(arrivedAt)}` : null)],
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
    ["Image", ({ image, digest }) => [image, " ", { text: digest.slice(0, 19), class: "soft" }]],
    ["Command", ({ command }) => (command.length ? command.join(" ") : "the image’s own")],
    ["Environment", ({ environment }) => Object.entries(environment ?? {}).map(([key, value]) => `${key}=${value}`).join(" ") || null],
    ["Limits", ({ limits }) => `${mib(limits.memoryBytes)} memory, ${limits.cpus} CPU, ${limits.processes} processes`],
    ["Runtime", ({ runtime }) => runtime],
    ["Created", ({ createdAt }) => ago(createdAt)],
  ]);
}
