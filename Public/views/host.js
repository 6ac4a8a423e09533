// One host: its machine, what it lacks, what it carries, what it is made of, and whether more may come.

import { action } from "../components/action.js";
import { badge, panelLink, routeLink, simulatedBadge } from "../components/bits.js";
import { Facts } from "../components/facts.js";
import { profileOf, profileView } from "../components/profile.js";
import { list, request, withQuery } from "../lib/api.js";
import { el, setAttribute, setText } from "../lib/dom.js";
import { isSimulatedHost } from "../lib/fleet.js";
import { ago, byName, bytes, count, isNumber, milliseconds } from "../lib/format.js";
import { clean } from "../lib/route.js";
import { hostStates, meaning } from "../lib/words.js";
import { Adoptable } from "./adoptable.js";

const MOST_LINKS = 60;
const MOST_READ = 1000;
const NEIGHBOURS = 6;

export default class HostPanel {
  constructor({ fleet, likeness, name }) {
    this.fleet = fleet;
    this.likeness = likeness;
    this.name = name;
    this.path = `/v1/hosts/${encodeURIComponent(name)}`;
    this.badges = el("p", { class: "badges" });
    this.detail = el("p", { class: "soft" });
    this.problems = el("ul", { class: "problems" });
    this.facts = hostFacts();
    this.profile = el("div");
    this.others = el("p");
    this.adoptable = new Adoptable(name);
    this.#makeActions();
    this.body = el("div", {}, this.problems, this.facts.root, this.adoptable.root, this.admission, this.profile, this.others,
      el("p", {}, routeLink(clean("relocations", { host: name }), "All moves from and to it")), this.farewell);
    this.root = el("article", {}, el("h2", { id: "panel-title" }, name), this.badges, this.detail, this.body);
    this.#look();
    fleet.seek("hosts", name);
  }

  #makeActions() {
    const { name, path } = this;
    this.cordon = action({
      label: "Cordon",
      target: () => ({ method: "PATCH", path, body: { state: this.#isOpen() ? "cordoned" : "ready" } }),
      done: (host) => (host?.state === "cordoned" ? "Cordoned: no container may come." : "Containers may come again."),
    });
    this.drain = action({
      label: `Drain ${name}`,
      target: () => ({ method: "POST", path: `${path}/drain` }),
      done: () => "Its containers are being moved away.",
    });
    this.readmit = action({
      label: `Readmit ${name}…`, confirm: `Readmit ${name}? Its agent needs the join token, and ends what it still has of its former containers.`,
      target: () => ({ method: "POST", path: `${path}/readmit` }), done: () => "It may enrol again.",
    });
    this.progress = el("div", { class: "progress", hidden: true });
    this.forget = action({
      label: `Forget ${name}…`, tone: "bad", confirm: `Forget ${name}? It enrols again when its agent starts with the join token.`,
      target: () => ({ method: "DELETE", path }), done: () => "Forgotten.",
    });
    this.admission = el("section", {}, el("h3", {}, "Admission"),
      el("p", { class: "soft" },
        "A cordoned host keeps its containers until they move by themselves, and none may come. Draining moves them away now."),
      this.cordon.root, this.drain.root, this.readmit.root, this.progress);
    this.farewell = el("section", {}, el("h3", {}, "Forget"), this.forget.root);
  }

  concerns(changes) {
    if (changes.hosts.has(this.name)) return true;
    return [...changes.containers].some((name) => this.held?.has(name) || this.fleet.containers.get(name)?.host === this.name);
  }

  update() {
    const host = this.fleet.hosts.get(this.name);
    this.body.hidden = !host;
    if (!host) {
      this.badges.replaceChildren();
      return setText(this.detail, this.fleet.isPart("hosts") ? "This page does not know the host." : "This host is not in the fleet any more.");
    }
    const state = meaning(hostStates, host.state);
    this.badges.replaceChildren(badge(state), ...(isSimulatedHost(host) ? [" ", simulatedBadge()] : []));
    setText(this.detail, [state.meaning, host.loss && `${host.loss.declaredBy}: ${host.loss.reason}`].filter(Boolean).join(". "));
    const { problems } = host.facts;
    this.problems.hidden = problems.length === 0;
    this.problems.replaceChildren(...problems.map((problem) => el("li", {}, `⚠ ${problem}`)));
    const worker = host.role !== "gateway";
    this.admission.hidden = !worker;
    this.cordon.relabel(this.#isOpen() ? `Cordon ${this.name}` : host.state === "draining"
      ? `Stop the drain, open ${this.name}` : `Uncordon ${this.name}`);
    this.cordon.refresh();
    this.drain.root.hidden = ["draining", "unreachable", "lost"].includes(host.state);
    this.cordon.root.hidden = host.state === "lost";
    this.readmit.root.hidden = host.state !== "lost";
    this.held = new Set(this.#carried().map(({ name }) => name));
    this.farewell.hidden = host.state === "ready" || this.held.size > 0;
    this.#writeProfile(host);
    this.#writeOthers(worker);
    this.adoptable.update(host.adoptable ?? []);
    this.facts.update(this.#seen(host));
    if (host.drain) this.#followDrain();
    else this.progress.hidden = true;
  }

  tick() {
    const host = this.fleet.hosts.get(this.name);
    if (host) this.facts.update(this.#seen(host));
    // Heartbeats make no events.
    this.ticks = (this.ticks ?? 0) + 1;
    if (this.ticks % 10 === 0) this.#look();
  }

  close() {
    this.closed = true;
  }

  /** What heartbeats say is newer than the last event about the host. */
  #seen(host) {
    return {
      ...host, carried: this.#carried(), lastSeenAt: this.heard?.lastSeenAt ?? host.lastSeenAt,
      roundTripMilliseconds: this.heard?.roundTripMilliseconds,
    };
  }

  /** Its containers. Of a large fleet this page has not read all, and asks for those that are here. */
  #carried() {
    const known = [...this.fleet.containers.values()].filter((container) => container.host === this.name);
    if (!this.fleet.isPart("containers")) return known;
    const there = (this.there ?? []).filter(({ name }) => (this.fleet.containers.get(name)?.host ?? this.name) === this.name);
    return [...new Map([...there, ...known].map((container) => [container.name, container])).values()];
  }

  async #look() {
    try {
      this.heard = (await request("GET", this.path)).value;
      if (!this.fleet.isPart("containers")) return;
      this.there = (await list(withQuery("/v1/containers", { host: this.name }), MOST_READ)).items;
      if (!this.closed) this.update();
    } catch {
      // What is known from events stays.
    }
  }

  #writeProfile(host) {
    const profile = profileOf(host);
    const key = JSON.stringify(profile);
    if (key === this.profileKey) return;
    this.profileKey = key;
    const known = Object.values(profile).some((group) => Object.keys(group).length > 0);
    this.profile.replaceChildren(...(known ? [el("h3", {}, "What it is made of"), profileView(profile)] : []));
  }

  #writeOthers(worker) {
    const others = !worker || !this.likeness.matrix ? [] : this.likeness.matrix.hosts.filter((name) => name !== this.name)
      .map((name) => [name, this.likeness.between(this.name, name)]).filter(([, difference]) => isNumber(difference))
      .sort(([, left], [, right]) => left - right);
    this.others.hidden = others.length === 0;
    if (others.length === 0) return;
    const words = (part) => part.flatMap(([name, difference]) => [", ", panelLink(`host:${name}`, name),
      ` ${difference.toFixed(2)}`]).slice(1);
    this.others.replaceChildren("Difference from ", ...words(others.slice(0, NEIGHBOURS)),
      ...(others.length > 2 * NEIGHBOURS ? [" … ", ...words(others.slice(-NEIGHBOURS))] : words(others.slice(NEIGHBOURS)).length
        ? [", ", ...words(others.slice(NEIGHBOURS))] : []), ".");
  }

  /** Asks how far the drain is: not with every event, but once more after the last. */
  async #followDrain() {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    do {
      this.again = false;
      try {
        this.#writeDrain((await request("GET", `${this.path}/drain`)).value);
      } catch (problem) {
        if (problem.status !== 404) this.progress.replaceChildren(problem.message);
      }
      if (this.again) await new Promise((done) => setTimeout(done, 300));
    } while (this.again && !this.closed);
    this.asking = false;
  }

  #writeDrain({ total, moved, remaining, endedAt, startedAt, startedBy }) {
    this.progress.hidden = false;
    this.bar ??= el("progress", { "aria-label": `Drain of ${this.name}` });
    setAttribute(this.bar, "max", Math.max(1, total));
    setAttribute(this.bar, "value", total === 0 ? 1 : moved);
    const words = { moving: "is moving", waiting: "waits for its turn", blocked: "cannot leave" };
    this.progress.replaceChildren(
      el("p", {}, endedAt ? `Drained: ${count(moved, "container")} moved away.` : `${moved} of ${count(total, "container")} moved away.`,
        el("span", { class: "soft" }, ` Asked for by ${startedBy} ${ago(startedAt)}.`)), this.bar,
      el("ul", {}, remaining.slice(0, MOST_LINKS).map(({ container, state, reason }) => el("li",
        { "data-tone": state === "blocked" ? "bad" : "soft" },
        panelLink(`container:${container}`, container), ` ${words[state] ?? state}${reason ? `: ${reason}` : ""}`))));
  }

  #isOpen() {
    return this.fleet.hosts.get(this.name)?.state === "ready";
  }
}

function hostFacts() {
  return new Facts([
    ["Containers", (host) => {
      if (host.role === "gateway") return null;
      const names = host.carried.map(({ name }) => name).sort(byName);
      const links = names.slice(0, MOST_LINKS).flatMap((name) => [", ", { text: name, panel: `container:${name}` }]).slice(1);
      return links.length ? [...links, names.length > MOST_LINKS ? ` and ${names.length - MOST_LINKS} more` : ""] : "none";
    }],
    ["Capacity", ({ role, capacity }) => (role === "gateway"
      ? null : `${count(capacity.containers, "container")}, ${bytes(capacity.memoryBytes)} memory`)],
    ["Promised", (host) => (host.role === "gateway" ? null
      : `${bytes(host.carried.reduce((sum, { limits }) => sum + limits.memoryBytes, 0))} memory to ${host.carried.length}`)],
    ["Role", ({ role }) => role],
    ["Address", ({ address, facts }) => [address, { text: ` ${facts.addresses.filter((other) => other !== address).join(" ")}`,
      class: "soft" }]],
    ["System", ({ facts }) => `${facts.distribution}, kernel ${facts.kernel}, ${facts.architecture}`],
    ["Processor", ({ facts }) => `${facts.cpuCount} × ${facts.cpuModel}`],
    ["Memory", ({ facts }) => bytes(facts.memoryBytes)],
    ["Tools", ({ facts }) => `CRIU ${facts.criuVersion ?? "none"}, runc ${facts.runcVersion ?? "none"}, cgroup v${facts.cgroupVersion}`],
    ["Runtimes", ({ facts }) => facts.runtimes.join(", ") || "none"],
    ["Labels", ({ labels }) => Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`).join(", ") || "none"],
    ["Agent", ({ facts, lastSeenAt }) => `version ${facts.agentVersion}, heard ${ago(lastSeenAt)}`],
    ["Round trip", ({ roundTripMilliseconds }) => (isNumber(roundTripMilliseconds) ? milliseconds(roundTripMilliseconds) : null)],
    ["Enrolled", ({ enrolledAt }) => ago(enrolledAt)],
  ]);
}
