// One host: its machine, what it lacks, what it carries, and whether more may come.

import { action } from "../components/action.js";
import { Facts, badge, routeLink, simulatedBadge } from "../components/bits.js";
import { el, setText } from "../lib/dom.js";
import { isSimulatedHost } from "../lib/fleet.js";
import { ago, bytes } from "../lib/format.js";
import { hostStates, meaning } from "../lib/words.js";

export class HostPanel {
  constructor(fleet, name) {
    this.fleet = fleet;
    this.name = name;
    this.badges = el("p", { class: "badges" });
    this.detail = el("p", { class: "soft" });
    this.problems = el("ul", { class: "problems" });
    this.facts = hostFacts(fleet);
    this.cordon = action({
      label: "Cordon",
      target: () => ({
        method: "PATCH", path: `/v1/hosts/${encodeURIComponent(name)}`, body: { state: this.#isOpen() ? "cordoned" : "ready" },
      }),
      done: (host) => (host?.state === "cordoned" ? "Cordoned: no container may come." : "Containers may come again."),
    });
    this.admission = el("div", {}, el("h3", {}, "Admission"),
      el("p", { class: "soft" }, "A cordoned host keeps its containers until they move by themselves, and none may come."), this.cordon.root);
    this.body = el("div", {}, this.problems, this.facts.root, this.admission,
      el("p", {}, routeLink({ view: "history", panel: "", host: name, container: "", tenant: "", state: "", trigger: "" }, "All moves from and to it")));
    this.root = el("article", {}, el("h2", { id: "panel-title" }, name), this.badges, this.detail, this.body);
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
      return setText(this.detail, "This host is not in the fleet any more.");
    }
    const state = meaning(hostStates, host.state);
    this.badges.replaceChildren(badge(state), ...(isSimulatedHost(host) ? [" ", simulatedBadge()] : []));
    setText(this.detail, state.meaning ?? "");
    const { problems } = host.facts;
    this.problems.hidden = problems.length === 0;
    this.problems.replaceChildren(...problems.map((problem) => el("li", {}, `⚠ ${problem}`)));
    this.admission.hidden = host.role === "gateway";
    this.cordon.relabel(this.#isOpen() ? `Cordon ${this.name}` : `Uncordon ${this.name}`);
    this.cordon.refresh();
    this.held = new Set([...this.fleet.containers.values()].filter((container) => container.host === this.name).map(({ name }) => name));
    this.facts.update(host);
  }

  tick() {
    const host = this.fleet.hosts.get(this.name);
    if (host) this.facts.update(host);
  }

  #isOpen() {
    return this.fleet.hosts.get(this.name)?.state === "ready";
  }
}

function hostFacts(fleet) {
  const carried = ({ name }) => [...fleet.containers.values()].filter((container) => container.host === name);
  return new Facts([
    ["Containers", (host) => {
      if (host.role === "gateway") return null;
      const links = carried(host).map(({ name }) => name).sort()
        .flatMap((name) => [", ", { text: name, panel: `container:${name}` }]).slice(1);
      return links.length ? links : "none";
    }],
    ["Capacity", ({ role, capacity }) => (role === "gateway" ? null : `${capacity.containers} containers, ${bytes(capacity.memoryBytes)} memory`)],
    ["Promised", (host) => (host.role === "gateway" ? null
      : `${bytes(carried(host).reduce((sum, { limits }) => sum + limits.memoryBytes, 0))} memory to ${carried(host).length}`)],
    ["Role", ({ role }) => role],
    ["Address", ({ address, facts }) => [address, { text: ` ${facts.addresses.filter((other) => other !== address).join(" ")}`, class: "soft" }]],
    ["System", ({ facts }) => `${facts.distribution}, kernel ${facts.kernel}, ${facts.architecture}`],
    ["Processor", ({ facts }) => `${facts.cpuCount} × ${facts.cpuModel}`],
    ["Memory", ({ facts }) => bytes(facts.memoryBytes)],
    ["Tools", ({ facts }) => `CRIU ${facts.criuVersion ?? "none"}, runc ${facts.runcVersion ?? "none"}, cgroup v${facts.cgroupVersion}`],
    ["Runtimes", ({ facts }) => facts.runtimes.join(", ") || "none"],
    ["Labels", ({ labels }) => Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`).join(", ") || "none"],
    ["Agent", ({ facts, lastSeenAt }) => `version ${facts.agentVersion}, heard ${ago(lastSeenAt)}`],
    ["Enrolled", ({ enrolledAt }) => ago(enrolledAt)],
  ]);
}
