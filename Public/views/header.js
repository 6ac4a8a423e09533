// The top of the page: connection, counters, banners, standing alarms, the scheduler's switch.

import { Problem, request } from "../lib/api.js";
import { el, setAttribute, setText } from "../lib/dom.js";
import { isOpen, isSimulatedHost } from "../lib/fleet.js";
import { count, isNumber, median, milliseconds, moment, span } from "../lib/format.js";
import { lazy } from "../lib/lazy.js";

const WINDOW = 50; // the newest ended moves that the counters are about

const alarmsPart = lazy(() => import("../components/alarms.js"));

export class HeaderView {
  constructor(fleet, feed) {
    this.fleet = fleet;
    this.feed = feed;
    this.connection = document.getElementById("connection");
    this.banners = document.getElementById("banners");
    this.alarms = document.getElementById("alarms");
    this.scheduler = document.getElementById("scheduler");
    this.scheduler.addEventListener("click", () => this.#switchScheduler());
    this.status = { phase: "connecting" };
    this.counters = ["Hosts", "Containers", `Last ${WINDOW} moves`, "Their pause"].map((label) => new Counter(label));
    document.getElementById("counters").append(...this.counters.map((counter) => counter.root));
    this.lost = banner("bad", el("button", { type: "button", class: "small", onclick: () => this.feed.retryNow() }, "Try now"));
    this.paused = banner("warn", el("button", { type: "button", class: "small", onclick: () => this.#switchScheduler() }, "Resume"));
    this.refused = banner("bad", el("button", { type: "button", class: "small", onclick: () => this.say("") }, "Dismiss"));
    this.simulated = banner("note");
    this.banners.append(this.lost.root, this.paused.root, this.refused.root, this.simulated.root);
    fleet.subscribe((changes) => this.#changed(changes));
  }

  /** Shows which view is looked at: the figures of the fleet stand above the fleet only. */
  showing(view, title) {
    document.getElementById("counters").hidden = view !== "fleet";
    this.view = title;
    this.#writeTitle();
  }

  /** Says what went wrong, until it is dismissed. */
  say(text) {
    this.refused.show(text);
  }

  #writeTitle() {
    const alarms = this.fleet.alarms.size;
    document.title = `${alarms ? `${count(alarms, "alarm")} · ` : ""}${this.view === "Fleet" ? "" : `${this.view} · `}Relocate`;
  }

  /** Shows how the event stream stands. */
  connected(status) {
    if (this.status.phase === "live" && status.phase === "lost") this.lastLive = new Date(this.feed.heardAt);
    this.status = status;
    const words = { connecting: "connecting", live: "live", lost: "not connected", resting: "resting" };
    setAttribute(this.connection, "data-phase", status.phase);
    setText(this.connection, words[status.phase]);
    document.body.classList.toggle("stale", status.phase === "lost");
    this.tick();
  }

  tick() {
    const { phase, detail, retryAt } = this.status;
    if (phase === "lost") {
      const wait = Math.ceil((retryAt - Date.now()) / 1000);
      const since = this.lastLive ? ` What you see is as of ${moment(this.lastLive)}.` : "";
      this.lost.show(`${detail}${since} ${wait > 0 ? `Trying again in ${span(wait)}.` : "Trying again …"}`);
    } else if (phase === "live") {
      this.lost.show("");
    } else if (detail) {
      this.lost.show(detail);
    }
    this.list?.tick();
  }

  #changed(changes) {
    const { hosts, relocations, paused } = this.fleet;
    const totals = changes.all || changes.settings;
    if (totals || changes.hosts.size) {
      const all = [...hosts.values()];
      const ready = all.filter((host) => host.state === "ready").length;
      this.counters[0].show(this.fleet.count("hosts").toLocaleString("en"), hosts.size === 0 ? "none yet" : ready === hosts.size
        ? "all ready" : `${hosts.size - ready} not ready`,
        ready === hosts.size ? "soft" : "warn");
      const workers = all.filter((host) => host.role !== "gateway");
      this.simulated.show(workers.length > 0 && workers.every(isSimulatedHost)
        ? "This whole fleet is simulated: its hosts and containers run nowhere, and its figures are not measurements." : "");
    }
    if (totals || changes.containers.size || changes.relocations.size) {
      const list = [...relocations.values()];
      const moving = list.filter((relocation) => isOpen(relocation) && relocation.state !== "queued").length;
      this.counters[1].show(this.fleet.count("containers").toLocaleString("en"),
        moving ? `${moving} moving` : "none moving");
      const ended = list.filter((relocation) => !isOpen(relocation)).sort((left, right) => right.id - left.id).slice(0, WINDOW);
      const completed = ended.filter((relocation) => relocation.state === "completed").length;
      const bad = ended.length - completed;
      this.counters[2].show(`${completed} completed`, bad ? `${bad} did not complete` : ended.length ? "none failed" : "none yet",
        bad ? "bad" : "soft");
      const pauses = ended.map((relocation) => relocation.pauseMilliseconds).filter(isNumber);
      this.counters[3].show(pauses.length ? `${milliseconds(median(pauses))} median` : "–",
        pauses.length ? `${milliseconds(Math.max(...pauses))} longest` : "no move yet");
    }
    if (changes.all || changes.settings) {
      this.scheduler.hidden = paused === null;
      setText(this.scheduler, paused ? "Resume scheduler" : "Pause scheduler");
      this.paused.show(paused ? "The scheduler is paused: no container moves by the clock." : "");
    }
    if (changes.all || changes.alarms.size) this.#writeAlarms();
  }

  async #writeAlarms() {
    this.#writeTitle();
    if (!this.list && this.fleet.alarms.size === 0) return;
    const { AlarmList } = await alarmsPart().catch(() => ({}));
    if (!AlarmList) return;
    this.list ??= new AlarmList(this.fleet, this.alarms);
    this.list.write();
  }

  async #switchScheduler() {
    this.scheduler.disabled = true;
    this.say("");
    try {
      await request("PUT", "/v1/scheduler", { paused: !this.fleet.paused });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.say(`The scheduler was not ${this.fleet.paused ? "resumed" : "paused"}: ${problem.message}`);
    } finally {
      this.scheduler.disabled = false;
    }
  }
}

class Counter {
  constructor(label) {
    this.value = el("span", { class: "counter-value" }, "–");
    this.note = el("span", { class: "counter-note" });
    this.root = el("div", { class: "counter" }, el("dt", {}, label), el("dd", {}, this.value, " ", this.note));
  }

  show(value, note, tone = "soft") {
    setText(this.value, value);
    setText(this.note, note);
    setAttribute(this.note, "data-tone", tone);
  }
}

function banner(tone, ...buttons) {
  const words = el("span");
  const root = el("p", { class: "banner", "data-tone": tone, role: tone === "note" ? "note" : "status", hidden: true }, words, ...buttons);
  return {
    root,
    show(text) {
      root.hidden = text === "";
      setText(words, text);
    },
  };
}
