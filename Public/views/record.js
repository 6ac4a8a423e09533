// The record: what happened lately, in words, newest first.

import { panelLink } from "../components/bits.js";
import { el, setText } from "../lib/dom.js";
import { moment } from "../lib/format.js";

export class RecordView {
  constructor(fleet, root) {
    this.fleet = fleet;
    this.root = root;
    this.latest = root.querySelector("#latest");
    this.list = root.querySelector("#entries");
    this.pending = 0;
    this.saidAt = -Infinity;
    fleet.subscribe((changes) => this.#changed(changes));
    root.addEventListener("toggle", () => this.#write());
  }

  #changed({ entries }) {
    if (!entries) return;
    this.pending += entries;
    // Assistive technology reads this line aloud: not more often than one can listen.
    if (performance.now() - this.saidAt > 3000) this.tick();
    if (this.root.open) this.#write();
  }

  /** The line that is always seen. */
  tick() {
    const [newest] = this.fleet.entries;
    if (!newest || performance.now() - this.saidAt < 3000) return;
    this.saidAt = performance.now();
    const text = `${moment(newest.at)} ${newest.text}`;
    if (this.latest.textContent !== text) this.latest.dataset.tone = newest.tone;
    setText(this.latest, text);
  }

  /** Adds the new lines on top; what is being read stays where it is. */
  #write() {
    if (!this.root.open || this.pending === 0) return;
    const fresh = this.fleet.entries.slice(0, this.pending).map(entryLine);
    this.pending = 0;
    const { scrollTop, scrollHeight } = this.list;
    this.list.prepend(...fresh);
    while (this.list.children.length > this.fleet.entries.length) this.list.lastElementChild.remove();
    if (scrollTop > 0) this.list.scrollTop = scrollTop + this.list.scrollHeight - scrollHeight;
  }
}

function entryLine({ at, actor, text, tone, panel }) {
  return el("li", { "data-tone": tone }, el("time", { datetime: at }, moment(at)), " ",
    panel ? panelLink(panel, text) : el("span", {}, text), " ", el("span", { class: "soft" }, actor));
}
