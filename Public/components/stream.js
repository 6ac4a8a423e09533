// The event stream as it comes, with a brake: while it is held, what comes is counted and kept, and nothing moves.

import { el, setAttribute, setText } from "../lib/dom.js";
import { count, moment } from "../lib/format.js";

const KEPT = 300;
const SHOWN = 100;

export class Stream {
  constructor(fleet) {
    this.fleet = fleet;
    this.events = [];
    this.pending = 0;
    this.held = false;
    this.total = 0;
    this.hold = el("button", { type: "button", onclick: () => this.#switch() }, "Pause stream");
    this.find = el("input", { type: "search", placeholder: "kind, name or actor", "aria-label": "Filter the events", autocomplete: "off",
      oninput: () => this.#rewrite() });
    this.note = el("span", { class: "soft" });
    this.list = el("ol", { class: "stream", tabindex: "0", "aria-label": "Events, newest first" });
    this.root = el("div", {}, el("div", { class: "tools" }, this.hold, this.find, this.note), this.list);
    this.#say();
  }

  /** Listens only while it is looked at. */
  show(shown) {
    if (shown === Boolean(this.stop)) return;
    if (shown) this.stop = this.fleet.listen((kind, event) => this.#take(kind, event));
    else {
      this.stop();
      this.stop = null;
    }
  }

  tick() {
    this.rate = this.total - (this.before ?? 0);
    this.before = this.total;
    this.#say();
  }

  #take(kind, event) {
    this.total += 1;
    this.events.unshift({ kind, event });
    if (this.events.length > KEPT) this.events.length = KEPT;
    this.pending += 1;
    if (!this.held) this.frame ||= requestAnimationFrame(() => this.#write());
  }

  #switch() {
    this.held = !this.held;
    setAttribute(this.hold, "aria-pressed", String(this.held));
    setText(this.hold, this.held ? "Resume stream" : "Pause stream");
    if (!this.held) this.#write();
    this.#say();
  }

  #say() {
    setText(this.note, this.held ? `held; ${count(this.pending, "event")} waiting` : `${count(this.rate ?? 0, "event")} a second`);
  }

  #write() {
    this.frame = 0;
    const fresh = this.events.slice(0, Math.min(this.pending, SHOWN)).filter((entry) => this.#matches(entry)).map(line);
    this.pending = 0;
    this.list.prepend(...fresh);
    while (this.list.children.length > SHOWN) this.list.lastElementChild.remove();
  }

  #rewrite() {
    this.pending = this.held ? this.pending : 0;
    this.list.replaceChildren(...this.events.filter((entry) => this.#matches(entry)).slice(0, SHOWN).map(line));
  }

  #matches({ kind, event }) {
    const wanted = this.find.value.trim().toLowerCase();
    return !wanted || `${kind} ${event.actor} ${subject(kind, event)}`.toLowerCase().includes(wanted);
  }
}

const subject = (kind, event) => {
  const body = event[kind] ?? event;
  return kind === "relocation" || kind === "progress"
    ? `#${body.id} ${body.container} ${body.steps.at(-1)?.kind ?? ""} ${body.state}` : `${body.name ?? body.subject ?? ""} ${body.state ?? ""}`;
};

function line({ kind, event }) {
  const whole = el("pre", { hidden: true });
  const more = el("button", {
    type: "button", class: "small", "aria-expanded": "false", "aria-label": `Event ${event.sequence} in full`,
    onclick: () => {
      whole.hidden = !whole.hidden;
      setAttribute(more, "aria-expanded", String(!whole.hidden));
      // JSON is written out only when somebody asks for it.
      setText(whole, whole.hidden ? "" : JSON.stringify(event, null, 2));
    },
  }, "…");
  return el("li", {}, el("span", { class: "soft number" }, `#${event.sequence}`), el("time", { datetime: event.at }, moment(event.at)),
    el("b", {}, kind), el("span", { class: "stream-subject" }, subject(kind, event)), el("span", { class: "soft" }, event.actor), more,
      whole);
}
