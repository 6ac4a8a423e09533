// The alarms that stand, the oldest first.

import { panelLink } from "./bits.js";
import { arrange, el, setText } from "../lib/dom.js";
import { alarmKey } from "../lib/fleet.js";
import { ago, byName, count } from "../lib/format.js";
import { alarmKinds } from "../lib/words.js";

const ALARMS_SHOWN = 3;

export class AlarmList {
  constructor(fleet, root) {
    this.fleet = fleet;
    this.root = root;
    this.lines = new Map();
    this.summary = el("summary");
    this.rest = el("details", { class: "alarms-rest" }, this.summary);
  }

  /** Writes the alarms that stand. */
  write() {
    const alarms = [...this.fleet.alarms.values()].sort((left, right) => byName(left.raisedAt, right.raisedAt));
    this.root.hidden = alarms.length === 0;
    for (const key of [...this.lines.keys()]) if (!this.fleet.alarms.has(key)) this.lines.delete(key);
    const nodes = alarms.map((alarm) => {
      const key = alarmKey(alarm);
      let line = this.lines.get(key);
      if (line?.alarm !== alarm) {
        line = alarmLine(alarm, this.#panelOf(alarm.subject));
        this.lines.set(key, line);
      }
      return line.root;
    });
    const hidden = nodes.slice(ALARMS_SHOWN);
    setText(this.summary, `${count(hidden.length, "more alarm")}`);
    arrange(this.rest, [this.summary, ...hidden]);
    arrange(this.root, [...nodes.slice(0, ALARMS_SHOWN), ...(hidden.length ? [this.rest] : [])]);
  }

  #panelOf(subject) {
    if (this.fleet.containers.has(subject)) return `container:${subject}`;
    if (this.fleet.hosts.has(subject)) return `host:${subject}`;
    return /^\d+$/.test(subject) ? `relocation:${subject}` : null;
  }

  /** Writes for how long they have stood. */
  tick() {
    for (const line of this.lines.values()) line.tick();
  }
}

function alarmLine(alarm, panel) {
  const since = el("span", { class: "soft" });
  const root = el("p", { class: "alarm" }, el("span", { class: "alarm-kind" }, "⚠ ", alarmKinds[alarm.kind] ?? alarm.kind), " ",
    panel ? panelLink(panel, alarm.subject) : el("b", {}, alarm.subject), " ", alarm.message, " ", since);
  const line = { alarm, root, tick: () => setText(since, ago(alarm.raisedAt)) };
  line.tick();
  return line;
}
