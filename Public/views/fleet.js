// The fleet: hosts as tiles, their containers as chips, moves as flights between them.

import { Chip, arrivalChip } from "../components/chip.js";
import { fly } from "../components/flight.js";
import { badge, panelLink, routeLink, simulatedBadge, tint } from "../components/bits.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { byName, bytes, count, span } from "../lib/format.js";
import { isOpen, isSimulatedHost } from "../lib/fleet.js";
import { go, route } from "../lib/route.js";
import { hostStates, meaning } from "../lib/words.js";

const MOST_TILES = 150;
const MOST_CHIPS = 48;
const NOWHERE = ""; // the tile of containers that have no host yet

export class FleetView {
  constructor(fleet, root, air) {
    this.fleet = fleet;
    this.air = air;
    this.tiles = new Map();
    this.chips = new Map();
    this.places = new Map(); // container → the tile it stands in
    this.arrivals = new Map(); // container → {host, root}
    this.find = el("input", {
      type: "search", id: "find", placeholder: "host, container or tenant", autocomplete: "off", spellcheck: "false",
      oninput: () => go({ find: this.find.value.trim() }, { replace: true }),
    });
    this.legend = el("div", { class: "legend", role: "group", "aria-label": "Show one tenant" });
    this.policy = el("p", { class: "soft policy" });
    this.gateways = el("div", { class: "gateways" });
    this.grid = el("div", { class: "tiles" });
    this.empty = el("div", { class: "empty", hidden: true });
    this.more = el("p", { class: "soft", hidden: true });
    root.append(
      el("div", { class: "tools" }, el("label", { for: "find" }, "Find"), this.find, this.legend),
      this.gateways, this.grid, this.more, this.empty, this.policy);
    root.addEventListener("keydown", (event) => rove(event));
    // Another width means other rows.
    addEventListener("resize", () => this.#unsettle());
    fleet.subscribe((changes) => this.#changed(changes));
  }

  #unsettle() {
    for (const { chips } of this.tiles.values()) chips.style.minHeight = "";
  }

  /** Follows the filters in the address. */
  routed({ find, tenant }) {
    if (document.activeElement !== this.find) this.find.value = find;
    const same = this.filter?.tenant === tenant && this.filter.find === find.toLowerCase();
    this.filter = { find: find.toLowerCase(), tenant };
    if (same || !this.fleet.loaded) return;
    this.#unsettle();
    this.#layOut();
  }

  /** Once a second: how long each may stay. */
  tick() {
    for (const chip of this.chips.values()) if (chip.root.isConnected) chip.tick();
  }

  #changed(changes) {
    const moved = new Set(changes.containers);
    if (changes.all) {
      for (const name of this.places.keys()) moved.add(name);
      for (const name of this.fleet.containers.keys()) moved.add(name);
    }
    const dirty = new Set(changes.hosts);
    this.#followMoves(changes, moved, dirty);

    // All reading of positions comes before all writing.
    const departures = new Map();
    for (const name of moved) {
      const chip = this.chips.get(name);
      const host = this.fleet.containers.get(name)?.host ?? NOWHERE;
      if (chip?.root.isConnected && this.places.get(name) !== host && !changes.all) {
        departures.set(name, chip.root.getBoundingClientRect());
      }
    }
    for (const name of moved) this.#place(name, dirty);
    const membership = changes.all || [...changes.hosts].some((name) => this.tiles.has(name) !== this.fleet.hosts.has(name));
    if (membership || dirty.has(NOWHERE)) this.#layOut();
    else for (const name of dirty) this.#fillTile(name);
    this.#settle(dirty);
    for (const [name, from] of departures) {
      const chip = this.chips.get(name);
      if (chip?.root.isConnected) fly(chip.root, from, this.air);
    }
    if (changes.all || changes.tenants.size || this.counted !== this.fleet.containers.size) this.#writeLegend();
    if (changes.all || changes.settings) this.#writePolicy();
  }

  /** A tile that has grown keeps its height, so that its neighbours stand still while containers come and go. */
  #settle(names) {
    const chips = [...names].map((name) => this.tiles.get(name)?.chips).filter((node) => node?.isConnected);
    const heights = chips.map((node) => node.offsetHeight);
    chips.forEach((node, index) => (node.style.minHeight = `${heights[index]}px`));
  }

  /** Keeps a place at the destination of every move under way. */
  #followMoves(changes, moved, dirty) {
    const relocations = changes.all
      ? [...this.fleet.relocations.values()]
      : [...changes.relocations].map((id) => this.fleet.relocations.get(id)).filter(Boolean);
    if (changes.all) {
      for (const { host } of this.arrivals.values()) dirty.add(host);
      this.arrivals.clear();
    }
    for (const relocation of relocations) {
      const { container: name, destination } = relocation;
      const container = this.fleet.containers.get(name);
      const held = this.arrivals.get(name);
      const coming = isOpen(relocation) && relocation.state !== "queued" && destination && container && container.host !== destination;
      if (coming && held?.host !== destination) {
        if (held) dirty.add(held.host);
        this.arrivals.set(name, { host: destination, root: arrivalChip(container), id: relocation.id });
        dirty.add(destination);
      } else if (!coming && held?.id === relocation.id) {
        this.arrivals.delete(name);
        dirty.add(held.host);
      }
      moved.add(name);
    }
  }

  #place(name, dirty) {
    const container = this.fleet.containers.get(name);
    const before = this.places.get(name);
    if (!container) {
      this.places.delete(name);
      this.chips.delete(name);
      if (before !== undefined) this.#leave(before, name, dirty);
      return;
    }
    const host = container.host ?? NOWHERE;
    if (before !== host) {
      if (before !== undefined) this.#leave(before, name, dirty);
      this.places.set(name, host);
      const names = this.#tile(host).names;
      const at = names.findIndex((other) => byName(other, name) > 0);
      names.splice(at < 0 ? names.length : at, 0, name);
    }
    const held = this.arrivals.get(name);
    if (held?.host === host) this.arrivals.delete(name);
    dirty.add(host);
    const relocation = this.fleet.relocations.get(container.relocation);
    this.chips.get(name)?.update(container, relocation);
  }

  #leave(host, name, dirty) {
    const names = this.tiles.get(host)?.names;
    const at = names?.indexOf(name) ?? -1;
    if (at >= 0) names.splice(at, 1);
    dirty.add(host);
  }

  #chip(name) {
    let chip = this.chips.get(name);
    if (!chip) {
      chip = new Chip(name, () => go({ panel: `container:${name}` }));
      const container = this.fleet.containers.get(name);
      chip.update(container, this.fleet.relocations.get(container.relocation));
      this.chips.set(name, chip);
    }
    return chip;
  }

  #tile(name) {
    let tile = this.tiles.get(name);
    if (!tile) {
      tile = new Tile(name);
      this.tiles.set(name, tile);
    }
    return tile;
  }

  /** Which tiles are shown, in the order of their names. */
  #layOut() {
    const { hosts, containers } = this.fleet;
    for (const name of hosts.keys()) this.#tile(name);
    for (const [name, tile] of this.tiles) {
      if (!hosts.has(name) && tile.names.length === 0) {
        tile.root.remove();
        this.tiles.delete(name);
      }
    }
    const shown = [...this.tiles.values()].filter((tile) => this.#matches(tile)).sort((left, right) => byName(left.name, right.name));
    const isGateway = (tile) => hosts.get(tile.name)?.role === "gateway";
    const workers = shown.filter((tile) => !isGateway(tile));
    arrange(this.gateways, shown.filter(isGateway).map((tile) => tile.root));
    arrange(this.grid, workers.slice(0, MOST_TILES).map((tile) => tile.root));
    for (const tile of shown) this.#fillTile(tile.name);
    const left = workers.length - MOST_TILES;
    this.more.hidden = left <= 0 && !this.fleet.truncated;
    setText(this.more, (left > 0 ? `${count(left, "more host")}: use Find to see them. ` : "")
      + (this.fleet.truncated ? `The fleet has more containers than the ${containers.size.toLocaleString("en")} this page has read.` : ""));
    this.#writeEmpty(workers.length, hosts.size);
  }

  #matches(tile) {
    const { find, tenant } = this.filter;
    if (!find && !tenant) return true;
    if (!find && this.fleet.hosts.get(tile.name)?.role === "gateway") return true;
    if (find && !tenant && tile.name.includes(find)) return true;
    return tile.names.some((name) => this.#isMeant(this.fleet.containers.get(name)))
      || (find && tile.name.includes(find) && !tenant);
  }

  #isMeant(container) {
    const { find, tenant } = this.filter;
    if (tenant && container.tenant !== tenant) return false;
    return !find || container.name.includes(find) || container.tenant.includes(find) || (container.host ?? "").includes(find);
  }

  #fillTile(name) {
    const tile = this.tiles.get(name);
    if (!tile) return;
    const coming = [...this.arrivals].filter(([, { host }]) => host === name);
    tile.update(this.fleet.hosts.get(name), coming.length);
    const places = tile.names.slice(0, MOST_CHIPS).map((container) => [container, this.#chip(container).root]);
    for (const [container, { root }] of coming) places.push([container, root]);
    places.sort(([left], [right]) => byName(left, right));
    arrange(tile.chips, places.map(([, root]) => root));
    for (const [container, root] of places) {
      root.classList.toggle("dim", !this.#isMeant(this.fleet.containers.get(container) ?? { name: container, tenant: "" }));
    }
    tile.more(tile.names.length - MOST_CHIPS);
    // One stop of the Tab key per tile; the arrow keys go from chip to chip.
    const chips = [...tile.chips.querySelectorAll("button.chip")];
    if (!chips.some((chip) => chip.tabIndex === 0) && chips[0]) chips[0].tabIndex = 0;
    for (const chip of chips.filter((other) => other.tabIndex === 0).slice(1)) chip.tabIndex = -1;
  }

  #writeLegend() {
    this.counted = this.fleet.containers.size;
    const counts = new Map([...this.fleet.tenants.keys()].map((name) => [name, 0]));
    for (const { tenant } of this.fleet.containers.values()) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
    const { tenant: chosen } = route();
    this.swatches ??= new Map();
    const names = [...counts.keys()].sort(byName).slice(0, 24);
    arrange(this.legend, names.map((name) => {
      let swatch = this.swatches.get(name);
      if (!swatch) {
        const number = el("span", { class: "swatch-count" });
        const root = tint(el("button", {
          type: "button", class: "swatch",
          onclick: () => go({ tenant: route().tenant === name ? "" : name }, { replace: true }),
        }, name, " ", number), name);
        swatch = { root, number };
        this.swatches.set(name, swatch);
      }
      setText(swatch.number, String(counts.get(name)));
      setAttribute(swatch.root, "aria-pressed", String(chosen === name));
      return swatch.root;
    }));
  }

  /** Marks the chosen tenant after a change of route. */
  markTenant(tenant) {
    for (const [name, { root }] of this.swatches ?? []) setAttribute(root, "aria-pressed", String(name === tenant));
  }

  #writePolicy() {
    const { policy } = this.fleet;
    if (!policy?.clock) return;
    const { threshold, attacksPerSecond } = policy.clock;
    const { concurrentInFleet, concurrentPerHost, concurrentPerTenant } = policy.limits;
    setText(this.policy, `Policy: a container stays ${span(-Math.log(1 - threshold) / attacksPerSecond)} on a host; `
      + `at most ${count(concurrentInFleet, "move")} at once, ${concurrentPerHost} per host, ${concurrentPerTenant} per tenant.`);
  }

  #writeEmpty(shown, hosts) {
    const { find, tenant } = this.filter;
    const filtered = (find || tenant) && shown === 0 && hosts > 0;
    const noWorkers = [...this.fleet.hosts.values()].every((host) => host.role === "gateway");
    const noContainers = !noWorkers && this.fleet.containers.size === 0;
    this.empty.hidden = !filtered && !noWorkers && !noContainers;
    if (this.empty.hidden) return;
    if (filtered) {
      this.empty.replaceChildren(el("p", {}, "Nothing in the fleet matches."),
        routeLink({ find: "", tenant: "" }, "Show the whole fleet", { class: "button" }));
    } else if (noWorkers) {
      this.empty.replaceChildren(el("h2", {}, "No hosts yet"),
        el("p", {}, "Hosts enrol by themselves when their agent starts. On a machine of your own, or for a fleet on this one:"),
        el("pre", {}, "relocate agent --help\nrelocate lab --help"));
    } else {
      this.empty.replaceChildren(el("h2", {}, "No containers yet"),
        el("p", {}, "The hosts are ready. Create a tenant and its first container; it starts moving at once."),
        el("button", { type: "button", class: "primary", onclick: () => document.getElementById("new").click() }, "New container"));
    }
  }
}

class Tile {
  constructor(name) {
    this.name = name;
    this.names = [];
    const id = `tile-${name || "nowhere"}`;
    this.badges = el("span", { class: "badges" });
    this.facts = el("p", { class: "tile-facts" });
    this.problems = el("p", { class: "tile-problems", hidden: true });
    this.bar = el("span", { class: "tile-bar", "aria-hidden": true }, el("span"));
    this.chips = el("div", { class: "chips" });
    this.rest = el("p", { class: "tile-more", hidden: true });
    const title = name === NOWHERE ? "On no host yet" : panelLink(`host:${name}`, name);
    this.root = el("section", { class: "tile", "aria-labelledby": id },
      el("div", { class: "tile-head" }, el("h2", { id }, title), this.badges),
      this.facts, this.problems, this.bar, this.chips, this.rest);
  }

  update(host, coming) {
    const here = this.names.length;
    const idle = here + coming === 0;
    setAttribute(this.chips, "role", idle ? null : "toolbar");
    setAttribute(this.chips, "aria-label", idle ? null : `Containers on ${this.name || "no host"}`);
    setAttribute(this.root, "data-state", host?.state ?? "unknown");
    if (!host) {
      setText(this.facts, this.name === NOWHERE ? "Waiting to be placed." : "This host is not known to the page.");
      this.bar.hidden = true;
      return;
    }
    const key = `${host.state} ${host.role} ${isSimulatedHost(host)}`;
    if (key !== this.key) {
      this.key = key;
      this.badges.replaceChildren(...[
        host.role === "gateway" && el("span", { class: "badge" }, "gateway"),
        isSimulatedHost(host) && simulatedBadge(), badge(meaning(hostStates, host.state)),
      ].filter(Boolean));
    }
    const { facts, capacity } = host;
    const machine = `${host.address} · ${count(facts.cpuCount, "CPU")} · ${bytes(facts.memoryBytes)}`;
    const gateway = host.role === "gateway";
    setText(this.facts, gateway ? `${machine} · maps the tenants’ virtual addresses to their containers`
      : `${machine} · ${here} of ${count(capacity.containers, "container")}`);
    this.bar.hidden = gateway;
    this.chips.hidden = gateway && idle;
    this.bar.firstChild.style.transform = `scaleX(${Math.min(1, here / Math.max(1, capacity.containers)).toFixed(3)})`;
    this.problems.hidden = facts.problems.length === 0;
    setText(this.problems, facts.problems.length ? `⚠ ${facts.problems[0]}${facts.problems.length > 1 ? ` (and ${facts.problems.length - 1} more)` : ""}` : "");
  }

  more(number) {
    this.rest.hidden = number <= 0;
    if (number > 0) this.rest.replaceChildren(panelLink(`host:${this.name}`, `and ${number} more`));
  }
}

/** Arrow keys, Home and End go through the chips of a tile. */
function rove(event) {
  const chip = event.target.closest?.("button.chip");
  if (!chip) return;
  const chips = [...chip.parentElement.querySelectorAll("button.chip")];
  const at = chips.indexOf(chip);
  const next = {
    ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: chips.length - 1,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const target = chips[(next + chips.length) % chips.length];
  chip.tabIndex = -1;
  target.tabIndex = 0;
  target.focus();
}
