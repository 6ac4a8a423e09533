// The fleet: hosts as tiles, their containers as chips or dots, moves on their way between them.

import { Chip, arrivalChip, isPinned } from "../components/chip.js";
import { tint } from "../components/bits.js";
import { measure } from "../components/picture.js";
import { NOWHERE, Tile } from "../components/tile.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { byName, count, figure, isNumber, percent } from "../lib/format.js";
import { isOpen } from "../lib/fleet.js";
import { lazy } from "../lib/lazy.js";
import { go, route } from "../lib/route.js";

// What is only seen when there is something of its kind.
const mapPart = lazy(() => import("../components/map.js"));
const flightsPart = lazy(() => import("../components/flights.js"));
const dotsPart = lazy(() => import("../components/dots.js"));
const emptyPart = lazy(() => import("./fleet-empty.js"));
const handsPart = lazy(() => import("./fleet-hands.js"));

const NARROW = 640;
const MOST_TILES = 500;
const MOST_SWATCHES = 24;

export class FleetView {
  constructor(fleet, likeness, root) {
    this.fleet = fleet;
    this.likeness = likeness;
    this.tiles = new Map();
    this.chips = new Map();
    this.places = new Map(); // container → the host whose tile it stands on
    this.arrivals = new Map(); // container → {host, root, id}
    this.size = { dense: false };
    this.fullest = 0;
    this.#makeTools();
    this.field = el("div", { class: "picture-field" });
    this.gateways = el("div", { class: "gateways" });
    this.empty = el("div", { class: "empty", hidden: true });
    this.more = el("p", { class: "soft", hidden: true });
    this.legendWords = el("p", { class: "soft picture-words" });
    root.append(this.tools, this.gateways, this.field, this.legendWords, this.more, this.empty);
    this.root = root;
    this.#listen();
    fleet.subscribe((changes) => this.#changed(changes));
    likeness.subscribe(() => this.fleet.loaded && this.#layOut());
    if (innerWidth >= NARROW) this.#fetchMap();
  }

  #makeTools() {
    this.find = el("input", {
      type: "search", id: "find", placeholder: "host, container or tenant", autocomplete: "off", spellcheck: "false",
      oninput: () => go({ find: this.find.value.trim() }, { replace: true }),
    });
    this.found = el("span", { class: "soft found", role: "status" });
    this.legend = el("div", { class: "legend", role: "group", "aria-label": "Show one tenant" });
    this.layout = el("button", {
      type: "button", class: "small", hidden: true,
      onclick: () => go({ layout: route().layout === "grid" ? "" : "grid" }, { replace: true }),
    });
    this.tools = el("div", { class: "tools" }, el("label", { for: "find" }, "Find"), this.find, this.found, this.legend, this.layout);
  }

  #listen() {
    for (const kind of ["pointermove", "keydown"]) addEventListener(kind, () => this.#fetchHands(), { once: true });
    // Another width means other places; a drag of the window's edge means many widths.
    new ResizeObserver(() => {
      if (this.root.clientWidth === this.width || !this.root.clientWidth) return;
      clearTimeout(this.resized);
      this.resized = setTimeout(() => this.fleet.loaded && this.#layOut(), 80);
    }).observe(this.root);
  }

  /** Follows the filters in the address. */
  routed({ view, find, tenant, layout }) {
    this.shown = view === "" || view === "fleet";
    if (document.activeElement !== this.find) this.find.value = find;
    const before = this.filter;
    this.filter = { find: find.toLowerCase(), tenant, layout };
    this.#markTenant(tenant);
    if (!this.fleet.loaded || !this.shown) return;
    if (before?.layout !== layout || this.stale) this.#layOut();
    else if (before?.tenant !== tenant || before?.find !== this.filter.find) this.#fillAll();
  }

  /** Once a second: how long each may stay. */
  tick() {
    if (!this.shown || this.size.dense) return;
    for (const chip of this.chips.values()) if (chip.root.isConnected) chip.tick();
  }

  #changed(changes) {
    const moved = new Set(changes.containers);
    if (changes.all) {
      for (const name of this.places.keys()) moved.add(name);
      for (const name of this.fleet.containers.keys()) moved.add(name);
    }
    const dirty = new Set(changes.hosts);
    const relocations = this.#relocations(changes);
    this.#followMoves(relocations, changes.all, moved, dirty);
    for (const name of moved) this.#place(name, dirty);
    if (changes.all) for (const tile of this.tiles.values()) tile.settle(byName);

    const fullest = Math.max(4, ...[...this.tiles.values()].map((tile) => tile.slots.length));
    const membership = changes.all || [...changes.hosts].some((name) => this.tiles.has(name) !== this.fleet.hosts.has(name));
    if (!this.shown) this.stale = true;
    else if (membership || fullest > this.fullest || dirty.has(NOWHERE)) this.#layOut();
    else for (const name of dirty) this.#fill(this.tiles.get(name));
    this.#fly(relocations, changes.all);
    if (changes.all || changes.tenants.size || this.counted !== this.fleet.containers.size) this.#writeLegend();
  }

  /** Shows moves on their way. The part of the page that does it comes with the first move that there is to show. */
  async #fly(relocations, all) {
    if (!this.flights) {
      const begun = new Set(relocations.filter(isOpen).map(({ id }) => id));
      if (this.flightsAsked || begun.size === 0) return;
      this.flightsAsked = true;
      const { Flights } = await flightsPart().catch(() => ({}));
      this.flightsAsked = false;
      if (!Flights) return;
      this.flights = new Flights((host, container) => this.#anchor(host, container), (container) => this.#land(container));
      this.field.append(this.flights.ways, this.flights.travellers);
      // What has ended meanwhile is still news, if it was under way before.
      this.flights.begin([...this.fleet.relocations.values()].filter(({ id }) => !begun.has(id)));
    } else if (all) this.flights.begin(relocations);
    if (!this.shown) return;
    for (const { id } of relocations) if (this.fleet.relocations.has(id)) this.flights.follow(this.fleet.relocations.get(id));
  }

  #relocations(changes) {
    if (changes.all) return [...this.fleet.relocations.values()];
    return [...changes.relocations].map((id) => this.fleet.relocations.get(id)).filter(Boolean);
  }

  /** Keeps a place at the destination of every move under way. */
  #followMoves(relocations, all, moved, dirty) {
    if (all) {
      for (const name of [...this.arrivals.keys()]) this.#forgetArrival(name, dirty);
    }
    for (const relocation of relocations) {
      const { container: name, destination } = relocation;
      const container = this.fleet.containers.get(name);
      const held = this.arrivals.get(name);
      const coming = isOpen(relocation) && relocation.state !== "queued" && destination && container && container.host !== destination;
      if (coming && held?.host !== destination) {
        if (held) this.#forgetArrival(name, dirty);
        this.arrivals.set(name, { host: destination, root: arrivalChip(container), id: relocation.id });
        this.#tile(destination).enter(name);
        dirty.add(destination);
      } else if (!coming && held?.id === relocation.id && container?.host !== held.host) {
        this.#forgetArrival(name, dirty);
      }
      moved.add(name);
    }
  }

  #forgetArrival(name, dirty) {
    const { host } = this.arrivals.get(name);
    this.arrivals.delete(name);
    if (this.places.get(name) !== host) this.tiles.get(host)?.leave(name);
    dirty.add(host);
  }

  #place(name, dirty) {
    const container = this.fleet.containers.get(name);
    const before = this.places.get(name);
    const host = container ? container.host ?? NOWHERE : undefined;
    if (before !== undefined && before !== host) {
      this.tiles.get(before)?.leave(name);
      dirty.add(before);
    }
    if (!container) {
      if (this.arrivals.has(name)) this.#forgetArrival(name, dirty);
      this.places.delete(name);
      this.chips.delete(name);
      return;
    }
    if (before !== host) {
      this.places.set(name, host);
      this.#tile(host).enter(name);
    }
    if (this.arrivals.get(name)?.host === host) this.arrivals.delete(name);
    dirty.add(host);
    this.chips.get(name)?.update(container, this.fleet.relocations.get(container.relocation));
  }

  #tile(name) {
    let tile = this.tiles.get(name);
    if (!tile) {
      tile = new Tile(name);
      this.tiles.set(name, tile);
    }
    return tile;
  }

  #chip(name, host) {
    if (this.places.get(name) !== host) return this.arrivals.get(name)?.root ?? arrivalChip({ name, tenant: "" });
    let chip = this.chips.get(name);
    if (!chip) {
      chip = new Chip(name, () => go({ panel: `container:${name}` }));
      const container = this.fleet.containers.get(name);
      chip.update(container, this.fleet.relocations.get(container.relocation));
      this.chips.set(name, chip);
    }
    setAttribute(chip.root, "data-flying", this.flights?.isFlying(name) ? "" : null);
    chip.root.classList.toggle("dim", !this.#isMeant(chip.container));
    return chip.root;
  }

  /** Which tiles there are, how large, and where. */
  #layOut() {
    const { hosts } = this.fleet;
    // A grid that becomes a map a moment later would jump.
    this.stale = !this.shown || this.mapAwaited;
    if (this.stale) return undefined;
    for (const name of hosts.keys()) this.#tile(name);
    for (const [name, tile] of this.tiles) {
      if (hosts.has(name) || tile.count > 0) continue;
      tile.root.remove();
      this.tiles.delete(name);
    }
    const isGateway = (name) => hosts.get(name)?.role === "gateway";
    // Of a fleet that is read in part only what is known is drawn, and not every host that something known is on.
    const drawn = (name) => hosts.has(name) || !this.fleet.isPart("hosts");
    const names = [...this.tiles.keys()].filter(drawn).sort(byName);
    const workers = names.filter((name) => !isGateway(name)).slice(0, MOST_TILES);
    const height = Math.max(480, innerHeight - this.field.getBoundingClientRect().top - scrollY - 60);
    this.width = this.root.clientWidth;
    this.fullest = Math.max(4, ...workers.map((name) => this.tiles.get(name).slots.length));
    const wasDense = this.size.dense;
    this.size = measure({
      hosts: workers.length, fullest: this.fullest, width: this.width, height, dense: wasDense,
      rem: parseFloat(getComputedStyle(document.documentElement).fontSize),
    });
    if (this.size.dense && !this.Dots) return this.#fetchDots();
    if (this.size.dense && !wasDense) this.chips.clear();
    this.field.classList.toggle("dense", this.size.dense);
    if (this.size.dense) this.field.style.setProperty("--dots", `${this.size.perRow * this.size.pitch}px`);
    arrange(this.gateways, names.filter(isGateway).map((name) => this.tiles.get(name).root));
    const roots = workers.map((name) => this.tiles.get(name).root);
    arrange(this.field, [...(this.map?.nodes ?? []), ...roots, this.flights?.ways, this.flights?.travellers].filter(Boolean));
    this.#arrangeTiles(workers, { width: this.width, height });
    this.shownTiles = new Set([...workers, ...names.filter(isGateway)]);
    this.#fillAll();
    this.flights?.replace();
    // Tiles glide to a new place, but not to their first one.
    requestAnimationFrame(() => this.field.classList.toggle("settled", this.mapped));
    this.#writeWords(names.length - this.shownTiles.size);
    this.#writeEmpty();
    return undefined;
  }

  /** What follows pointer and keys comes with the first of them. */
  async #fetchHands() {
    const { FleetHands } = await handsPart().catch(() => ({}));
    if (FleetHands) this.hands ??= new FleetHands(this);
  }

  async #fetchDots() {
    // Dots are no buttons: without hands a first touch would do nothing.
    this.#fetchHands();
    const { Dots } = await dotsPart().catch(() => ({}));
    if (!Dots || this.Dots) return;
    this.Dots = Dots;
    this.#layOut();
  }

  /** On the map where there is one and room for it, otherwise in a grid. */
  #arrangeTiles(workers, room) {
    const { matrix } = this.likeness;
    const wide = room.width >= NARROW && Boolean(matrix);
    if (wide && !this.map && !this.mapTried) {
      this.mapTried = true;
      this.#fetchMap();
    }
    const can = wide && Boolean(this.map?.prepare(workers, matrix));
    this.mapped = can && this.filter.layout !== "grid";
    if (this.mapped) this.map.place(this.tiles, workers, this.size, room, (names) => this.#alikeWords(names));
    else this.map?.clear(workers.map((name) => this.tiles.get(name)));
    this.layout.hidden = !can;
    setText(this.layout, this.mapped ? "Show as a grid" : "Show by likeness");
  }

  /** What hosts that are alike have in common, as far as one line can say. */
  #alikeWords(names) {
    const all = names.map((name) => this.fleet.hosts.get(name)?.facts);
    const common = (key) => (all.every((facts) => facts?.[key] === all[0]?.[key]) ? all[0]?.[key] : null);
    const kernel = common("kernel");
    return [`${names.length} alike`, common("distribution"), kernel && `kernel ${kernel}`].filter(Boolean).join(" · ");
  }

  async #fetchMap() {
    if (this.mapAwaited) return;
    this.mapAwaited = true;
    const { FleetMap } = await mapPart().catch(() => ({}));
    this.mapAwaited = false;
    if (FleetMap) this.map ??= new FleetMap(this.field);
    if (this.fleet.loaded) this.#layOut();
  }

  #fillAll() {
    for (const name of this.shownTiles ?? []) this.#fill(this.tiles.get(name));
    const { find, tenant } = this.filter;
    if (find) this.#seek(find);
    const meant = find || tenant ? [...this.fleet.containers.values()].filter((container) => this.#isMeant(container)).length : null;
    setText(this.found, meant === null ? "" : meant === 0 && !this.#someHostIsMeant()
      ? "nothing matches" : `${meant} of ${count(this.fleet.containers.size, "container")}${this.fleet.isPart("containers") ? " read" : ""}`);
    this.find.parentElement.classList.toggle("found-none", meant === 0);
  }

  /** What was left out of a large fleet is found by its whole name. */
  #seek(name) {
    clearTimeout(this.seeking);
    if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return;
    this.seeking = setTimeout(() => {
      this.fleet.seek("containers", name);
      this.fleet.seek("hosts", name);
    }, 300);
  }

  #someHostIsMeant() {
    return Boolean(this.filter.find) && [...this.tiles.keys()].some((name) => name.includes(this.filter.find));
  }

  #fill(tile) {
    if (!tile || !this.shownTiles?.has(tile.name)) return;
    let coming = 0;
    for (const { host } of this.arrivals.values()) if (host === tile.name) coming += 1;
    tile.describe(this.fleet.hosts.get(tile.name), coming);
    if (this.size.dense) tile.showDots(this.Dots, (name) => this.#look(name, tile.name), this.size.perRow);
    else tile.showChips((name) => this.#chip(name, tile.name), this.size.most);
    const { find } = this.filter;
    tile.root.classList.toggle("dim", Boolean(find) && !tile.name.includes(find)
      && ![...tile.names].some((name) => this.#isMeant(this.fleet.containers.get(name))));
  }

  #look(name, host) {
    const container = this.fleet.containers.get(name);
    if (!container) return { tenant: "", mark: "gone" };
    const { tenant, state } = container;
    if (!this.#isMeant(container)) return { tenant, mark: "dim" };
    if (this.places.get(name) !== host) return { tenant, mark: "arriving" };
    if (["failed", "stranded", "stopped", "lost"].includes(state)) return { tenant, mark: "bad" };
    return { tenant, mark: state === "relocating" ? "leaving" : isPinned(container) ? "pinned" : "there" };
  }

  #isMeant(container) {
    const { find, tenant } = this.filter;
    if (!container) return false;
    if (tenant && container.tenant !== tenant) return false;
    return !find || container.name.includes(find) || container.tenant.includes(find) || (container.host ?? "").includes(find);
  }

  /** Where on the picture a container is, or will be, on a host; `null` when that host is not on it. */
  #anchor(host, container) {
    const tile = this.tiles.get(host);
    if (!tile?.root.isConnected || !this.shownTiles?.has(host)) return null;
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = tile.root;
    const dot = tile.dots?.centre(tile.placeOf(container) ?? 0);
    if (dot) {
      const field = this.field.getBoundingClientRect();
      return { x: dot.x - field.left, y: dot.y - field.top };
    }
    const coming = this.arrivals.get(container);
    const node = this.places.get(container) === host ? this.chips.get(container)?.root : coming?.host === host ? coming.root : null;
    if (!node?.isConnected) return { x: left + width / 2, y: top + height / 2 };
    return { x: left + node.offsetLeft + node.offsetWidth / 2, y: top + node.offsetTop + node.offsetHeight / 2 };
  }

  #land(container) {
    const chip = this.chips.get(container)?.root;
    if (!chip) return;
    setAttribute(chip, "data-flying", null);
    chip.classList.remove("landed");
    // The next frame, so that a second landing starts the glow anew.
    requestAnimationFrame(() => chip.classList.add("landed"));
    setTimeout(() => chip.classList.remove("landed"), 2000);
  }

  #writeLegend() {
    this.counted = this.fleet.containers.size;
    const counts = new Map([...this.fleet.tenants.keys()].map((name) => [name, 0]));
    for (const { tenant } of this.fleet.containers.values()) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
    this.swatches ??= new Map();
    const names = [...counts.keys()].sort(byName).slice(0, MOST_SWATCHES);
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
      return swatch.root;
    }));
    this.#markTenant(route().tenant);
  }

  #markTenant(tenant) {
    for (const [name, { root }] of this.swatches ?? []) setAttribute(root, "aria-pressed", String(name === tenant));
  }

  #writeWords(left) {
    const { summary } = this.likeness;
    const words = [];
    if (this.mapped) {
      words.push(`Distance shows difference: near hosts are alike. This picture keeps ${percent(this.map.kept)} of what tells them apart.`);
    }
    if (isNumber(summary?.meanDifference)) {
      const { meanDifference, effectiveConfigurations } = summary;
      words.push(`Mean difference of hosts ${figure(meanDifference)}, as diverse as ${figure(effectiveConfigurations)} equal groups.`);
    }
    words.push(...(summary?.warnings ?? []).slice(0, 2).map((text) => `${text[0].toUpperCase()}${text.slice(1)}.`));
    setText(this.legendWords, words.join(" "));
    this.legendWords.hidden = words.length === 0;
    const unread = ["hosts", "containers"].filter((kind) => this.fleet.isPart(kind))
      .map((kind) => `the first ${this.fleet[kind].size.toLocaleString("en")} of ${this.fleet.count(kind).toLocaleString("en")} ${kind}`);
    this.more.hidden = left <= 0 && unread.length === 0;
    setText(this.more, (left > 0 ? `${count(left, "more host")} than can be drawn. ` : "")
      + (unread.length ? `This page has read ${unread.join(" and ")}; others are found by their whole name.` : ""));
  }

  async #writeEmpty() {
    const { fleet } = this;
    const nothing = fleet.workers().length === 0 || fleet.containers.size === 0;
    this.empty.hidden = !nothing;
    if (!nothing) return;
    const { emptyWords } = await emptyPart().catch(() => ({}));
    if (emptyWords) this.empty.replaceChildren(...emptyWords(fleet));
  }
}
