// Operation: is the control plane in order, are the agents heard, what stands, what was done, what happens right now.

import { Stream } from "../components/stream.js";
import { badge, panelLink, routeLink } from "../components/bits.js";
import { tableHead } from "../components/table.js";
import { list, request, withQuery } from "../lib/api.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { ago, byName, count, isNumber, milliseconds, moment, secondsUntil } from "../lib/format.js";
import { go } from "../lib/route.js";
import { requestText } from "../lib/text.js";
import { alarmKinds, containerStates, describe, hostStates, meaning } from "../lib/words.js";

const PACE = 10; // seconds between two looks at what makes no events
const PAGE = 50;
const MOST_HOSTS = 1000;
const FILTERS = ["actor", "subject", "kind"];
const KINDS = ["container", "containerRemoved", "relocation", "progress", "host", "hostForgotten", "tenant", "tenantRemoved", "policy",
  "policyRemoved", "image", "scheduler", "alarm", "refused"];

export default class OperationView {
  constructor({ fleet, feed, root }) {
    this.fleet = fleet;
    this.feed = feed;
    this.heard = new Map();
    this.rows = new Map();
    this.#makeHealth();
    this.alarms = el("div");
    this.agents = el("tbody");
    this.#makeActions();
    this.stream = new Stream(fleet);
    root.append(
      el("div", { class: "operation-grid" },
        el("section", { class: "card-box" }, el("h2", {}, "Control plane"), this.health, this.healthNote),
        el("section", { class: "card-box" }, el("h2", {}, "Alarms"), this.alarms),
        el("section", { class: "card-box wide" }, el("h2", {}, "Agents"),
          el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Agents" }, el("table", { class: "agents" },
            tableHead(["Host", "State", "Heard", ["Round trip", "number"], "Version", "Lacks"]), this.agents))),
        el("section", { class: "card-box wide" }, el("h2", {}, "Event stream"), this.stream.root),
        el("section", { class: "card-box wide" }, el("h2", {}, "Record of actions"), this.form, this.list, this.actionsNote, this.more)));
    fleet.subscribe((changes) => this.#changed(changes));
  }

  routed(present, shown) {
    const begins = shown && !this.shown;
    this.shown = shown;
    this.stream.show(shown);
    for (const name of FILTERS) if (document.activeElement !== this.fields[name]) this.fields[name].value = present[name];
    if (!shown) return;
    const key = JSON.stringify(FILTERS.map((name) => present[name]));
    if (begins || key !== this.key) {
      this.filter = present;
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.#loadActions(), this.key === undefined ? 0 : 250);
    }
    this.key = key;
    if (begins) {
      this.#look();
      this.#changed({ all: true });
    }
  }

  tick() {
    if (!this.shown) return;
    this.ticks = (this.ticks ?? 0) + 1;
    if (this.ticks % PACE === 0) this.#look();
    for (const row of this.rows.values()) row.tick();
    this.stream.tick();
  }

  #makeHealth() {
    this.health = el("ul", { class: "checks-list" });
    this.healthNote = el("p", { class: "soft" }, "Being asked …");
  }

  /** What makes no events: readiness and heartbeats. */
  async #look() {
    const begun = performance.now();
    try {
      const { status, text } = await requestText("/readyz?verbose");
      const took = performance.now() - begun;
      this.#writeHealth(status, text, took);
    } catch (problem) {
      setText(this.healthNote, problem.message);
    }
    try {
      const { items } = await list("/v1/hosts", MOST_HOSTS);
      this.heard = new Map(items.map((host) => [host.name, host]));
      this.#writeAgents();
    } catch {
      // The connection's state stands at the top of the page.
    }
  }

  #writeHealth(status, text, took) {
    const checks = text.split("\n").map((line) => /^([+-]) ([^:]+): (.*)$/.exec(line)).filter(Boolean);
    const nodes = checks.map(([, sign, name, words]) => el("li", {}, badge(sign === "+"
      ? { sign: "✓", tone: "good", word: name } : { sign: "✕", tone: "bad", word: name }), ` ${words === "ok" ? "in order" : words}`));
    const sign = this.fleet.paused ? { sign: "‖", tone: "warn" } : { sign: "✓", tone: "good" };
    nodes.push(el("li", {}, badge({ ...sign, word: "clock" }),
      this.fleet.paused ? " paused: nothing moves by itself" : ` runs${this.#lag()}`));
    this.health.replaceChildren(...nodes);
    setText(this.healthNote, `${status === 200 ? "Ready" : `Not ready (${status})`}. It answered within ${milliseconds(took)}, ${moment(Date.now())}.`);
  }

  /** How far the clock is behind: how many containers are due, and since when. */
  #lag() {
    let [due, longest] = [0, 0];
    for (const container of this.fleet.containers.values()) {
      if (container.state !== "running" || !container.deadlineAt || container.isPaused || container.pin) continue;
      const late = -secondsUntil(container.deadlineAt);
      if (late <= 0.5) continue;
      due += 1;
      longest = Math.max(longest, late);
    }
    return due ? `; ${count(due, "container")} due, the longest for ${milliseconds(longest * 1000)}` : "; no container is overdue";
  }

  #changed(changes) {
    if (!this.shown) return;
    if (changes.all || changes.hosts?.size) this.#writeAgents();
    if (changes.all || changes.alarms?.size) this.#writeAlarms();
  }

  #writeAgents() {
    const hosts = [...this.fleet.hosts.values()].sort((left, right) => byName(left.name, right.name));
    arrange(this.agents, hosts.map((host) => {
      let row = this.rows.get(host.name);
      if (!row) {
        row = new AgentRow(host.name);
        this.rows.set(host.name, row);
      }
      row.update(host, this.heard.get(host.name));
      return row.root;
    }));
    // A control plane that keeps round trips to itself needs no column for them.
    const told = [...this.heard.values()].some(({ roundTripMilliseconds }) => isNumber(roundTripMilliseconds));
    this.agents.parentElement.classList.toggle("no-trips", !told);
    for (const name of [...this.rows.keys()]) if (!this.fleet.hosts.has(name)) this.rows.delete(name);
  }

  #writeAlarms() {
    const kinds = new Map();
    for (const alarm of this.fleet.alarms.values()) {
      if (!kinds.has(alarm.kind)) kinds.set(alarm.kind, []);
      kinds.get(alarm.kind).push(alarm);
    }
    if (kinds.size === 0) return this.alarms.replaceChildren(el("p", {}, badge({ sign: "✓", tone: "good", word: "no alarm stands" })));
    const line = ({ subject, message, raisedAt }) =>
      el("li", {}, this.#subject(subject), ` ${message} `, el("span", { class: "soft" }, ago(raisedAt)));
    this.alarms.replaceChildren(...[...kinds].sort(([, left], [, right]) => right.length - left.length).map(([kind, list]) =>
      el("details", { class: "alarm-group", open: kinds.size <= 3 },
        el("summary", {}, el("span", { class: "alarm-kind" }, `⚠ ${alarmKinds[kind] ?? kind}`), ` ${list.length}`),
        el("ul", {}, list.slice(0, 50).map(line)))));
    return undefined;
  }

  #subject(subject) {
    if (this.fleet.containers.has(subject)) return panelLink(`container:${subject}`, subject);
    if (this.fleet.hosts.has(subject)) return panelLink(`host:${subject}`, subject);
    if (/^\d+$/.test(subject)) return panelLink(`relocation:${subject}`, `move ${subject}`);
    return el("b", {}, subject);
  }

  #makeActions() {
    this.fields = {
      actor: el("input", { placeholder: "anybody", autocomplete: "off", spellcheck: "false" }),
      subject: el("input", { placeholder: "anything", autocomplete: "off", spellcheck: "false" }),
      kind: el("select", {}, el("option", { value: "" }, "any"), KINDS.map((kind) => el("option", { value: kind }, kind))),
    };
    const change = () => go(Object.fromEntries(FILTERS.map((name) => [name, this.fields[name].value.trim()])), { replace: true });
    const titles = { actor: "Who", subject: "On what", kind: "Kind" };
    this.form = el("form", { class: "tools filters", role: "search", "aria-label": "Filter the record",
      onsubmit: (event) => event.preventDefault(), oninput: change },
      FILTERS.map((name) => el("label", {}, titles[name], this.fields[name])),
      el("button", { type: "button", onclick: () => this.#loadActions() }, "Read again"));
    this.list = el("ol", { class: "actions-list" });
    this.actionsNote = el("p", { class: "soft", role: "status" });
    this.more = el("button", { type: "button", hidden: true, onclick: () => this.#loadActions(this.cursor) }, "Load more");
  }

  async #loadActions(cursor = null) {
    const run = (this.run = (this.run ?? 0) + 1);
    try {
      const query = Object.fromEntries(FILTERS.map((name) => [name, this.filter[name]]));
      const { value } = await request("GET", withQuery("/v1/actions", { ...query, cursor, limit: PAGE }));
      if (run !== this.run) return;
      // Steps of moves are many and are told by the moves themselves, unless somebody asks for them.
      const told = this.filter.kind ? value.items : value.items.filter((event) => !isStep(event));
      const lines = told.map(actionLine);
      this.passed = (cursor ? this.passed : 0) + value.items.length - told.length;
      if (cursor) this.list.append(...lines);
      else this.list.replaceChildren(...lines);
      this.cursor = value.next;
      this.#writeNote(lines.length > 0 || cursor !== null);
    } catch (problem) {
      if (run === this.run) setText(this.actionsNote, problem.message);
    }
    this.more.hidden = !this.cursor;
  }

  #writeNote(some) {
    if (this.passed) return setText(this.actionsNote, `${count(this.passed, "step")} of moves between these are left out.`);
    if (some) return setText(this.actionsNote, "");
    if (!FILTERS.some((name) => this.filter[name])) return setText(this.actionsNote, "Nothing has been done yet.");
    return this.actionsNote.replaceChildren("Nothing in the record matches. ", routeLink({ actor: "", subject: "", kind: "" }, "Show everything"));
  }
}

/** Whether an event is only a step on a container's way, which its move tells of. */
function isStep({ kind, container, relocation }) {
  if (kind === "progress") return true;
  if (kind === "relocation") return relocation.state === "running" || relocation.state === "rollingBack";
  return kind === "container" && ["relocating", "running", "starting"].includes(container.state) && Boolean(container.host)
    && !container.pin && !container.isPaused;
}

function actionLine(event) {
  const { sequence, at, actor, kind } = event;
  const words = recordWords(kind, event[kind] ?? event, at);
  return el("li", { "data-tone": words.tone }, el("span", { class: "soft number" }, `#${sequence} `),
    el("time", { datetime: at }, moment(at)), ` ${actor} `,
    words.panel ? panelLink(words.panel, words.text) : el("span", {}, words.text));
}

/** An event in words, without what was before it. */
function recordWords(kind, body, at) {
  const isOld = (time) => Date.parse(at) - Date.parse(time) > 1000;
  if (kind === "container" && isOld(body.createdAt)) return containerWords(body);
  if (kind === "host" && isOld(body.enrolledAt)) {
    const { word, tone } = meaning(hostStates, body.state);
    return { text: `Host ${body.name} is ${word}`, tone, panel: `host:${body.name}` };
  }
  return describe(kind, body, undefined) ?? { text: plainWords(kind, body), tone: "soft" };
}

function containerWords(body) {
  const parts = [
    `${meaning(containerStates, body.state).word}${body.host ? ` on ${body.host}` : ""}`,
    body.pin && `pinned until ${moment(body.pin.until)}`, body.isPaused && "its clock paused", body.stateDetail,
  ];
  return { text: `Container ${body.name} is ${parts.filter(Boolean).join("; ")}`, tone: "soft", panel: `container:${body.name}` };
}

function plainWords(kind, body) {
  const step = body.steps?.at(-1)?.kind;
  return [kind, body.id, body.container ?? body.name ?? body.subject, body.state && `is ${body.state}`, step].filter(Boolean).join(" ");
}

class AgentRow {
  constructor(name) {
    this.name = name;
    this.state = el("td");
    this.seen = el("td");
    this.trip = el("td", { class: "number" });
    this.version = el("td");
    this.lacks = el("td");
    this.root = el("tr", {}, el("th", { scope: "row" }, panelLink(`host:${name}`, name)), this.state, this.seen, this.trip, this.version,
      this.lacks);
  }

  update(host, heard) {
    this.lastSeenAt = heard?.lastSeenAt ?? host.lastSeenAt;
    if (this.shown !== host.state) {
      this.shown = host.state;
      this.state.replaceChildren(badge(meaning(hostStates, host.state)));
    }
    const trip = heard?.roundTripMilliseconds ?? host.roundTripMilliseconds;
    setText(this.trip, isNumber(trip) ? milliseconds(trip) : "–");
    setText(this.version, host.facts.agentVersion);
    setText(this.lacks, host.facts.problems.join(" ") || "nothing");
    setAttribute(this.lacks, "data-tone", host.facts.problems.length ? "warn" : null);
    this.tick();
  }

  tick() {
    setText(this.seen, ago(this.lastSeenAt));
  }
}
