// The history of moves: filtered by the server, newest first, kept up to date by events without moving what is read.

import { badge, panelLink, routeLink } from "../components/bits.js";
import { waterfall } from "../components/waterfall.js";
import { list, request } from "../lib/api.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { csv, download } from "../lib/download.js";
import { isOpen } from "../lib/fleet.js";
import { byName, count, milliseconds, moment } from "../lib/format.js";
import { go, route } from "../lib/route.js";
import { failureWords, forwardSteps, meaning, relocationStates, totalMilliseconds, triggers } from "../lib/words.js";

const FILTERS = ["container", "tenant", "host", "state", "trigger", "since", "until"];
const LABELS = { since: "From", until: "Until" };
const MOST_EXPORTED = 10_000;
const PAGE = 50;
const MOST_ROWS = 1000;
const COLUMNS = ["Move", "Container", "From → to", "Trigger", "Steps", "Pause", "In all", "Outcome"];

export default class RelocationsView {
  constructor({ fleet, root }) {
    this.fleet = fleet;
    this.rows = new Map();
    this.waiting = new Map(); // new moves held back while the reader reads
    this.cursor = null;
    this.run = 0;
    this.fields = {};
    this.lists = {};
    const form = el("form", { class: "tools filters", role: "search", "aria-label": "Filter the relocations",
      onsubmit: (event) => event.preventDefault() },
      FILTERS.map((name) => this.#field(name)),
      el("button", { type: "button", onclick: () => go(Object.fromEntries(FILTERS.map((name) => [name, ""]))) }, "Clear"));
    this.exported = el("span", { class: "soft", role: "status" });
    const exports = el("p", { class: "exports" }, "Export what matches: ",
      el("button", { type: "button", class: "small", onclick: (event) => this.#export(event.currentTarget, "csv") }, "CSV"),
      el("button", { type: "button", class: "small", onclick: (event) => this.#export(event.currentTarget, "json") }, "JSON"),
        this.exported);
    this.fresh = el("button", { type: "button", class: "fresh", hidden: true, onclick: () => this.#showWaiting() });
    this.body = el("tbody", { role: "rowgroup" });
    this.table = el("table", { class: "moves", role: "table" },
      el("caption", { class: "unseen" }, "Moves, newest first"),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
        COLUMNS.map((title) => el("th", { scope: "col", role: "columnheader" }, title)))),
      this.body);
    this.message = el("div", { class: "empty", role: "status" });
    this.more = el("button", { type: "button", hidden: true, onclick: () => this.#loadMore() }, "Load more");
    root.append(el("h2", { class: "unseen" }, "Relocations"), form, el("div", { class: "between" }, legend(), exports),
      el("div", { class: "fresh-place" }, this.fresh), this.table, this.message, this.more);
    fleet.subscribe((changes) => this.#changed(changes));
  }

  /** Follows the filters in the address; asks the server when they changed. */
  routed(present, shown) {
    for (const name of FILTERS) {
      if (document.activeElement !== this.fields[name]) this.fields[name].value = isTime(name) ? localTime(present[name]) : present[name];
    }
    this.shown = shown;
    if (!this.shown) return;
    const key = JSON.stringify(FILTERS.map((name) => present[name]));
    if (key === this.key) return;
    this.key = key;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.#load(), this.rows.size ? 200 : 0);
  }

  #field(name) {
    const label = LABELS[name] ?? name[0].toUpperCase() + name.slice(1);
    const change = () => go({ [name]: isTime(name) ? serverTime(this.fields[name].value) : this.fields[name].value.trim() },
      { replace: true });
    if (isTime(name)) {
      this.fields[name] = el("input", { type: "datetime-local", onchange: change });
      return el("label", {}, label, this.fields[name]);
    }
    if (name === "state" || name === "trigger") {
      const options = name === "state"
        ? Object.entries(relocationStates).map(([value, { word }]) => [value, word]) : Object.entries(triggers);
      this.fields[name] = el("select", { onchange: change }, el("option", { value: "" }, "any"),
        options.map(([value, word]) => el("option", { value }, word)));
      return el("label", {}, label, this.fields[name]);
    }
    this.lists[name] = el("datalist", { id: `history-${name}` });
    this.fields[name] = el("input", { list: `history-${name}`, placeholder: "any", autocomplete: "off", spellcheck: "false",
      oninput: change });
    return el("label", {}, label, this.fields[name], this.lists[name]);
  }

  #query(cursor) {
    const query = new URLSearchParams({ limit: PAGE });
    const present = route();
    for (const name of FILTERS) if (present[name]) query.set(name, present[name]);
    if (cursor) query.set("cursor", cursor);
    return `/v1/relocations?${query}`;
  }

  async #load() {
    const run = ++this.run;
    setAttribute(this.table, "aria-busy", "true");
    try {
      const { value } = await request("GET", this.#query(null));
      if (run !== this.run) return;
      this.rows.clear();
      this.waiting.clear();
      this.#take(value);
    } catch (problem) {
      if (run !== this.run) return;
      this.rows.clear();
      this.cursor = null;
      this.key = null;
      this.#arrange();
      setText(this.message, problem.message);
    } finally {
      if (run === this.run) setAttribute(this.table, "aria-busy", null);
    }
  }

  /** Asks for everything that matches, page after page, and hands it over as a file. */
  async #export(button, kind) {
    button.disabled = true;
    setText(this.exported, "being read …");
    try {
      const { items, more } = await list(this.#query(null).replace(`limit=${PAGE}`, "limit=1000"), MOST_EXPORTED);
      if (kind === "csv") download("relocations.csv", "text/csv", csv(CSV_TITLES, items.map(csvRow)));
      else download("relocations.json", "application/json", `${JSON.stringify(items, null, 2)}\n`);
      setText(this.exported, `${count(items.length, "move")}${more ? ", the newest; narrow the filters for older ones" : ""}`);
    } catch (problem) {
      setText(this.exported, problem.message);
    } finally {
      button.disabled = false;
    }
  }

  async #loadMore() {
    const run = this.run;
    this.more.disabled = true;
    try {
      const { value } = await request("GET", this.#query(this.cursor));
      if (run === this.run) this.#take(value);
    } catch (problem) {
      setText(this.message, problem.message);
    } finally {
      this.more.disabled = false;
    }
  }

  #take({ items, next }) {
    this.cursor = next;
    for (const relocation of items) this.#row(this.fleet.relocations.get(relocation.id) ?? relocation);
    this.#arrange();
  }

  #row(relocation) {
    let row = this.rows.get(relocation.id);
    if (!row) {
      row = new Row(relocation.id);
      this.rows.set(relocation.id, row);
    }
    row.update(relocation);
  }

  #changed(changes) {
    if (changes.all || changes.hosts.size || changes.tenants.size || changes.containers.size) this.#suggest(changes);
    if (!this.shown) {
      // While another view is shown nothing is kept up: the next look asks the server again.
      this.key = null;
      return;
    }
    if (changes.all && this.rows.size) this.#catchUp();
    this.#offer([...changes.relocations].map((id) => this.fleet.relocations.get(id)).filter(Boolean));
  }

  /** After a lost connection: what was missed comes on top. Only when more was missed than a page is all read again. */
  async #catchUp() {
    const run = this.run;
    try {
      const { value } = await request("GET", this.#query(null));
      if (run !== this.run) return;
      const newest = this.#newest();
      if (value.next && value.items.every(({ id }) => id > newest)) await this.#load();
      else this.#offer(value.items.reverse());
    } catch (problem) {
      setText(this.message, problem.message);
    }
  }

  /** Takes moves as they are now: known rows change where they stand, new ones wait while somebody reads. */
  #offer(relocations) {
    const newest = this.#newest();
    let added = false;
    for (const relocation of relocations) {
      const { id } = relocation;
      if (this.rows.has(id)) this.#row(relocation);
      else if (!this.#matches(relocation)) this.waiting.delete(id);
      else if (this.waiting.size < MOST_ROWS && id > newest) {
        this.waiting.set(id, relocation);
        added = true;
      } else if (this.waiting.has(id)) this.waiting.set(id, relocation);
    }
    if (!added) return;
    if (this.#isRead()) this.#announce();
    else this.#showWaiting();
  }

  #newest() {
    let newest = 0;
    for (const id of this.rows.keys()) if (id > newest) newest = id;
    return newest;
  }

  /** Whether new rows on top would move what somebody is looking at. */
  #isRead() {
    return this.rows.size > 0 && (this.body.matches(":hover") || this.body.contains(document.activeElement)
      || this.table.getBoundingClientRect().top < 0);
  }

  #announce() {
    this.fresh.hidden = this.waiting.size === 0;
    setText(this.fresh, `Show ${count(this.waiting.size, "new move")}`);
  }

  #showWaiting() {
    for (const relocation of this.waiting.values()) this.#row(this.fleet.relocations.get(relocation.id) ?? relocation);
    this.waiting.clear();
    this.#announce();
    this.#arrange();
  }

  #matches(relocation) {
    const present = route();
    return FILTERS.every((name) => {
      const wanted = present[name];
      if (!wanted) return true;
      if (name === "since") return Date.parse(relocation.createdAt) >= Date.parse(wanted);
      if (name === "until") return Date.parse(relocation.createdAt) <= Date.parse(wanted);
      return name === "host" ? [relocation.source, relocation.destination].includes(wanted) : relocation[name] === wanted;
    });
  }

  #arrange() {
    const rows = [...this.rows.values()].sort((left, right) => right.id - left.id);
    for (const row of rows.splice(MOST_ROWS)) this.rows.delete(row.id);
    arrange(this.body, rows.map((row) => row.root));
    this.table.hidden = rows.length === 0;
    this.more.hidden = !this.cursor || rows.length >= MOST_ROWS;
    const filtered = FILTERS.some((name) => route()[name]);
    const text = rows.length >= MOST_ROWS ? `The newest ${MOST_ROWS} moves are shown; narrow the filters to see others.`
      : rows.length ? "" : filtered
        ? "No move matches these filters." : "No container has moved yet. Open a container and relocate it, or wait for the clock.";
    this.message.replaceChildren(...(text ? [el("p", {}, text)] : []),
      ...(filtered && !rows.length
        ? [routeLink(Object.fromEntries(FILTERS.map((name) => [name, ""])), "Show all moves", { class: "button" })] : []));
  }

  #suggest(changes) {
    const sources = { host: this.fleet.hosts, tenant: this.fleet.tenants, container: this.fleet.containers };
    for (const [name, map] of Object.entries(sources)) {
      // Values change often, names seldom.
      if (!changes.all && this.lists[name].childElementCount === Math.min(map.size, 500)) continue;
      this.lists[name].replaceChildren(...[...map.keys()].sort(byName).slice(0, 500).map((value) => el("option", { value })));
    }
  }
}

class Row {
  constructor(id) {
    this.id = id;
    this.cells = COLUMNS.map((title, index) => el("td", { role: "cell", "data-label": title,
      class: [4, 7].includes(index) ? null : index > 4 ? "number" : null }));
    this.root = el("tr", { role: "row" }, this.cells);
  }

  update(relocation) {
    if (this.relocation === relocation) return;
    const first = !this.relocation;
    this.relocation = relocation;
    const [move, container, way, trigger, steps, pause, total, outcome] = this.cells;
    if (first) {
      move.append(panelLink(`relocation:${relocation.id}`, `#${relocation.id}`, { "aria-label": `Move ${relocation.id} in full` }), " ",
        el("time", { datetime: relocation.createdAt, class: "soft" }, moment(relocation.createdAt)));
      container.append(panelLink(`container:${relocation.container}`, relocation.container), " ",
        el("span", { class: "soft" }, relocation.tenant));
      trigger.append(relocation.trigger, " ", el("span", { class: "soft" },
        relocation.actor === relocation.trigger ? "" : relocation.actor));
    }
    setText(way, `${relocation.source} → ${relocation.destination ?? "?"}`);
    setText(pause, milliseconds(relocation.pauseMilliseconds));
    setText(total, milliseconds(totalMilliseconds(relocation)));
    steps.replaceChildren(isOpen(relocation) && relocation.steps.length === 0 ? "" : waterfall(relocation));
    const state = meaning(relocationStates, relocation.state);
    const words = failureWords(relocation.failure) || (state.meaning ?? "");
    outcome.replaceChildren(badge(state), words && el("span", { class: "why" }, ` ${words}`));
    setAttribute(this.root, "data-tone", state.tone);
  }
}

const isTime = (name) => name === "since" || name === "until";

/** A time of the address as a field for the reader's zone has it, and back. */
function localTime(text) {
  const time = new Date(text);
  if (Number.isNaN(time.valueOf())) return "";
  return new Date(time - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const serverTime = (text) => (text ? new Date(text).toISOString() : "");

const STEP_TITLES = forwardSteps.map((kind) => `${kind}Milliseconds`);
const CSV_TITLES = [
  "id", "createdAt", "startedAt", "endedAt", "container", "tenant", "source", "destination", "trigger", "actor", "reason", "state",
  "pauseMilliseconds", "totalMilliseconds", "bytes", "failureCode", "failureMessage", "failureToolMessage", ...STEP_TITLES,
];

function csvRow(relocation) {
  const { failure, steps } = relocation;
  return [
    ...CSV_TITLES.slice(0, 13).map((title) => relocation[title]), totalMilliseconds(relocation), relocation.bytes,
    failure?.code, failure?.message, failure?.toolMessage,
    ...forwardSteps.map((kind) => steps.findLast((step) => step.kind === kind)?.durationMilliseconds),
  ];
}

function legend() {
  const families = [["before", "getting ready"], ["pause", "steer to release"], ["after", "tidying up"], ["undo", "undoing"]];
  return el("p", { class: "families soft" }, "Steps: ",
    families.map(([name, words]) => el("span", {}, el("span", { class: "family", "data-family": name, "aria-hidden": true }),
      ` ${words} `)),
    el("span", {}, el("span", { class: "family band", "aria-hidden": true }), " no packet reached the container"));
}
