// Exposure: who was beside whom, for how long, against the attack time that is assumed.

import { badge, panelLink, routeLink, tint } from "../components/bits.js";
import { Chart } from "../components/chart.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { Exposures, presentShare } from "../lib/exposures.js";
import { ago, byName, count, figure, isNumber, moment, percent, span } from "../lib/format.js";
import { go } from "../lib/route.js";

const MOST_TENANTS = 24;
const MOST_OFFENDERS = 25;
const OFFENDER_COLUMNS = [
  ["Container"], ["Longest stay"], ["Of an attack", "number"], ["In sum", "number"], ["Strangers", "number"], ["Beside now"], ["Ended in time", "number"], ["Beside others in all", "number"],
];
const MEASURES = {
  "": { label: "Longest stay", words: "the longest continuous stay, as a share of the attack time that is assumed" },
  total: { label: "In all", words: "all time beside each other" },
  now: { label: "Now", words: "containers that are beside the other tenant now" },
};

export default class ExposureView {
  constructor({ fleet, root }) {
    this.fleet = fleet;
    this.exposures = new Exposures();
    this.exposures.subscribe(() => this.#write());
    fleet.subscribe((changes) => (changes.all || changes.policies.size || changes.tenants.size) && this.#write());
    this.figures = el("dl", { class: "counters" });
    this.state = el("p", { class: "soft", role: "status" }, "Being read …");
    this.measure = el("div", { class: "choices", role: "group", "aria-label": "What the matrix shows" },
      Object.entries(MEASURES).map(([key, { label }]) =>
      el("button", { type: "button", class: "small", "data-measure": key, onclick: () => go({ measure: key }, { replace: true }) },
        label)));
    this.measureWords = el("p", { class: "soft" });
    this.matrix = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Tenant by tenant" });
    this.pair = el("div", { class: "pair-box", "aria-live": "polite" },
      el("p", { class: "soft" }, "Choose a pair to see where and when it was closest."));
    this.offenders = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Containers, the most exposed first" });
    this.worst = new Chart({ across: clock, up: percent, label: "Longest present stay, as a share of the assumed attack time" });
    this.beside = new Chart({ across: clock, up: figure, label: "Containers beside another tenant" });
    this.empty = el("div", { class: "empty", hidden: true }, el("p", {},
      "No container has been beside another tenant’s yet. There is something to see here when two tenants have containers on one host."),
      el("button", { type: "button", onclick: () => document.getElementById("new").click() }, "New container"));
    this.body = el("div", { class: "exposure-grid" },
      el("section", { class: "card-box" }, el("div", { class: "between" }, el("h2", {}, "Tenant by tenant"), this.measure),
        this.measureWords, this.matrix, this.pair),
      el("section", { class: "card-box" }, el("h2", {}, "Over time"), this.worst.root, this.beside.root),
      el("section", { class: "card-box wide" }, el("h2", {}, "Most exposed containers"), this.offenders));
    root.append(this.figures, this.state, this.empty, this.body);
    this.cells = new Map();
  }

  routed(present, shown) {
    const begins = shown && !this.shown;
    const changed = present.measure !== this.filter?.measure || present.tenant !== this.filter?.tenant;
    this.shown = shown;
    this.filter = present;
    if (begins) this.exposures.follow(true);
    else if (!shown && this.wasShown) this.exposures.follow(false);
    if (shown && changed) this.#write();
    this.wasShown = shown;
  }

  #write() {
    const { latest, problem, samples } = this.exposures;
    if (!this.shown) return;
    setText(this.state, problem ? `${problem} It is asked for again by itself.` : latest
      ? `As of ${moment(latest.at)}, asked for every 10 s; drawn since ${moment(samples[0].at)}.` : "Being read …");
    if (!latest) return;
    const none = latest.pairs.length === 0 && latest.containers.every(({ seconds }) => seconds === 0);
    this.empty.hidden = !none;
    this.body.hidden = none;
    this.#writeFigures(latest);
    if (none) return;
    this.#writeMatrix(latest);
    this.#writeOffenders(latest);
    this.#writeCharts(samples);
  }

  #writeFigures({ containers, containerCount, pairs }) {
    const now = this.exposures.samples.at(-1);
    const worst = containers[0];
    const ended = containers.reduce((sum, { endedCount }) => sum + endedCount, 0);
    const good = containers.reduce((sum, { endedCount, endedBeforeAttackShare }) => sum + endedCount * (endedBeforeAttackShare ?? 0), 0);
    const items = [
      ["Beside a stranger now", `${now.beside}`, `of ${count(containerCount, "container")}`, "soft"],
      ["Longer than an attack, now", `${now.overdue}`, now.overdue ? "containers should have left" : "none", now.overdue ? "bad" : "good"],
      ["Worst stay so far", worst ? percent(worst.longestShare) : "–", worst ? `of the attack time, ${worst.container}` : "",
        worst?.longestShare >= 1 ? "bad" : "soft"],
      ["Ended before an attack", ended ? percent(good / ended) : "–", `of ${count(ended, "stay")} side by side`, "soft"],
      ["Pairs that met", `${pairs.filter(({ seconds }) => seconds > 0).length}`,
        `of ${count(this.#parties().length * (this.#parties().length - 1), "pair")}`, "soft"],
    ];
    this.figures.replaceChildren(...items.map(([label, value, note, tone]) => el("div", { class: "counter" }, el("dt", {}, label),
      el("dd", {}, el("span", { class: "counter-value" }, value), " ", el("span", { class: "counter-note", "data-tone": tone }, note)))));
  }

  /** Those that count as one: trust groups, and tenants without one. */
  #parties() {
    return [...new Set([...this.fleet.tenants.values()].map(partyOf))];
  }

  /** The shortest attack that is assumed against one of a party. */
  #attackSeconds(party) {
    const times = [...this.fleet.tenants.values()].filter((tenant) => partyOf(tenant) === party)
      .map(({ policy }) => this.fleet.policies.get(policy ?? "default")?.assumedAttackSeconds).filter(isNumber);
    return times.length ? Math.min(...times) : null;
  }

  #writeMatrix({ pairs }) {
    const { measure, tenant: chosen } = this.filter;
    for (const button of this.measure.children) setAttribute(button, "aria-pressed", String(button.dataset.measure === measure));
    const known = MEASURES[measure] ?? MEASURES[""];
    const all = new Map(pairs.map((pair) => [`${pair.tenant} ${pair.stranger}`, pair]));
    // The worst tenants, when there are too many to draw; by name, so that nothing moves as figures change.
    const weights = new Map(this.#parties().map((name) => [name, 0]));
    for (const { tenant, longest } of pairs) weights.set(tenant, Math.max(weights.get(tenant) ?? 0, longest?.seconds ?? 0));
    const ranked = [...weights].sort(([, left], [, right]) => right - left).map(([name]) => name);
    const names = ranked.slice(0, MOST_TENANTS).sort(byName);
    const part = ranked.length > names.length ? ` The ${names.length} most exposed of ${ranked.length} tenants.` : "";
    setText(this.measureWords, `Rows: whose containers. Columns: whom they were beside. Shown: ${known.words}.${part}`);
    const key = names.join(" ");
    if (key !== this.matrixKey) this.#makeMatrix(names, key);
    for (const one of names) {
      for (const other of names) {
        if (one === other) continue;
        const pair = all.get(`${one} ${other}`);
        this.#fillCell(this.cells.get(`${one} ${other}`), pair, measure, this.#attackSeconds(one));
      }
      this.heads.get(one).classList.toggle("dim", Boolean(chosen) && partyOf(this.fleet.tenants.get(chosen) ?? { name: chosen }) !== one);
    }
    if (this.selected) this.#writePair(all.get(this.selected));
  }

  #makeMatrix(names, key) {
    this.matrixKey = key;
    this.cells.clear();
    this.heads = new Map();
    const row = (one) => {
      const head = el("th", { scope: "row" }, tint(el("span", { class: "tenant-mark", "aria-hidden": true }), one),
        one.startsWith("group:") ? one : panelLink(`tenant:${one}`, one));
      this.heads.set(one, head);
      return el("tr", {}, head, names.map((other) => {
        if (one === other) return el("td", { class: "same" }, el("span", { class: "unseen" }, "itself"));
        const button = el("button", { type: "button", class: "cell", onclick: () => this.#choose(`${one} ${other}`) });
        this.cells.set(`${one} ${other}`, { button, one, other });
        return el("td", {}, button);
      }));
    };
    this.matrix.replaceChildren(el("table", { class: "matrix" },
      el("caption", { class: "unseen" }, "Exposure of each tenant to each other"),
      el("thead", {}, el("tr", {}, el("td"), names.map((name) => el("th", { scope: "col" }, el("span", {}, name))))),
      el("tbody", {}, names.map(row))));
  }

  #fillCell({ button, one, other }, pair, measure, attack) {
    const longest = pair?.longest?.seconds ?? 0;
    const share = attack ? longest / attack : 0;
    const texts = { "": !longest ? "·" : attack ? percent(share) : brief(longest), total: pair?.seconds ? brief(pair.seconds) : "·",
      now: pair?.currentCount ? String(pair.currentCount) : "·" };
    const text = texts[measure] ?? texts[""];
    setText(button, text);
    const level = measure === "now" ? Math.min(1, (pair?.currentCount ?? 0) / 4) : Math.min(1, share);
    setAttribute(button, "data-level", pair?.seconds ? String(Math.ceil(level * 5) || 1) : "0");
    setAttribute(button, "data-over", share >= 1 ? "" : null);
    setAttribute(button, "aria-pressed", String(this.selected === `${one} ${other}`));
    const words = pair?.seconds ? [
      `${span(pair.seconds)} in all`, `${span(longest)} at the longest`, attack && `${percent(share)} of an attack`,
      pair.currentCount > 0 && `${pair.currentCount} now`,
    ].filter(Boolean).join(", ") : "never";
    setAttribute(button, "aria-label", `${one} beside ${other}, ${text}: ${words}`);
  }

  #choose(key) {
    this.selected = this.selected === key ? null : key;
    for (const { button, one, other } of this.cells.values()) {
      setAttribute(button, "aria-pressed", String(this.selected === `${one} ${other}`));
    }
    const [tenant, stranger] = key.split(" ");
    const pair = this.exposures.latest.pairs.find((other) => other.tenant === tenant && other.stranger === stranger);
    this.#writePair(this.selected ? pair ?? null : undefined);
  }

  #writePair(pair) {
    if (pair === undefined) return this.pair.replaceChildren(el("p", { class: "soft" },
      "Choose a pair to see where and when it was closest."));
    if (!pair) return this.pair.replaceChildren(el("p", { class: "soft" },
      `${this.selected.replace(" ", " and ")} have never shared a host.`));
    const { tenant, stranger, longest, endedCount, endedBeforeAttackShare, seconds, currentCount } = pair;
    this.pair.replaceChildren(el("p", {}, el("b", {}, `${tenant} beside ${stranger}`), `: ${span(seconds)} in all, `,
      currentCount ? `${count(currentCount, "container")} now. ` : "not now. ",
      ...(longest ? ["Longest: ", panelLink(`container:${longest.container}`, longest.container), " on ",
        panelLink(`host:${longest.host}`, longest.host),
        `, ${span(longest.seconds)} from ${moment(longest.since)}${longest.until ? "" : ", still going on"}. `] : []),
      endedCount ? `${percent(endedBeforeAttackShare)} of ${count(endedCount, "stay")} ended before an attack would have.` : ""));
    return undefined;
  }

  #writeOffenders({ containers, containerCount }) {
    const { tenant } = this.filter;
    const rows = containers.filter((one) => one.seconds > 0 && (!tenant || one.tenant === tenant)).slice(0, MOST_OFFENDERS);
    this.rows ??= new Map();
    this.list ??= el("tbody", { role: "rowgroup" });
    this.note ??= el("p", { class: "soft" });
    if (!this.offenders.firstChild) {
      const heads = OFFENDER_COLUMNS.map(([title, kind]) => el("th", { scope: "col", role: "columnheader", class: kind }, title));
      this.offenders.append(el("table", { class: "offenders", role: "table" },
        el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, heads)), this.list), this.note);
    }
    for (const name of [...this.rows.keys()]) if (!rows.some(({ container }) => container === name)) this.rows.delete(name);
    arrange(this.list, rows.map((one) => {
      const row = this.rows.get(one.container) ?? el("tr", { role: "row" });
      this.rows.set(one.container, row);
      // A row that has the focus, or is under the pointer, is not rebuilt under it.
      if (!row.contains(document.activeElement)) row.replaceChildren(...offender(one));
      return row;
    }));
    this.note.replaceChildren(tenant ? `Only of ${tenant}. ` : "", tenant ? routeLink({ tenant: "" }, "Show all") : "",
      rows.length === 0 ? "None yet." : containerCount > rows.length && !tenant
        ? `${rows.length} of ${count(containerCount, "container")}.` : "");
  }

  #writeCharts(samples) {
    const points = (key) => samples.map((sample) => [sample.at, sample[key]]);
    const last = samples.at(-1);
    const peak = Math.max(...samples.map(({ worst }) => worst));
    this.worst.highest = peak <= 1 ? 1 : null;
    this.worst.show([{ name: "longest present stay", style: "first", points: points("worst"), fill: true }], [],
      `Now ${percent(last.worst)}, at most ${percent(peak)}.`);
    this.beside.show([{ name: "beside another tenant", style: "second", points: points("beside"), fill: true }], [], `Now ${last.beside}.`);
  }
}

function offender(one) {
  const { container, tenant, longest, longestShare, current, currentCount, endedCount, endedBeforeAttackShare, seconds, assumedAttackSeconds, sums } = one;
  const present = presentShare(one);
  const tone = longestShare >= 1 ? "bad" : longestShare >= 0.5 ? "warn" : "soft";
  const meter = el("span", { class: "meter", "data-tone": tone, "aria-hidden": true }, el("span"));
  meter.firstChild.style.transform = `scaleX(${Math.min(1, longestShare).toFixed(3)})`;
  return [
    el("th", { scope: "row", role: "rowheader" }, panelLink(`container:${container}`, container),
      el("span", { class: "soft plain" }, ` ${tenant}`)),
    el("td", { role: "cell" }, longest ? [`${span(longest.seconds)} beside ${longest.stranger} on `,
      panelLink(`host:${longest.host}`, longest.host), el("span", { class: "soft" },
      longest.until ? `, ${ago(longest.until)}` : ", still")] : "none"),
    el("td", { role: "cell", class: "number", title: `of ${span(assumedAttackSeconds)}` }, meter, " ", percent(longestShare)),
    el("td", { role: "cell", "data-label": "In sum:", class: "number", ...sumTitle(sums) }, limited(sums.share),
      sums.share >= 1 ? [" ", badge({ sign: "⚠", tone: "bad", word: "too long in sum" })] : ""),
    el("td", { role: "cell", "data-label": "Beside anybody:", class: "number",
      title: `${span(sums.allSeconds)} beside anybody${sums.allLimitSeconds ? ` of ${span(sums.allLimitSeconds)}` : ""}` },
    limited(sums.allShare)),
    el("td", { role: "cell", "data-label": "Beside now:" }, current.length
      ? current.map(({ stranger }) => stranger).join(", ") + (currentCount > current.length ? ` and ${currentCount - current.length} more` : "")
      : "nobody",
      present >= 1 ? [" ", badge({ sign: "⚠", tone: "bad", word: "longer than an attack" })] : ""),
    el("td", { role: "cell", "data-label": "Ended in time:", class: "number" },
      endedCount ? `${percent(endedBeforeAttackShare)} of ${endedCount}` : "–"),
    el("td", { role: "cell", "data-label": "In all:", class: "number" }, span(seconds)),
  ];
}

/** A sum as a share of its limit. */
const limited = (share) => (isNumber(share) ? percent(share) : "–");

/** Beside whom the greatest sum is. */
const sumTitle = ({ strangers, limitSeconds }) => (strangers.length ? { title: `${span(strangers[0].seconds)} beside `
  + `${strangers[0].stranger}${limitSeconds ? ` of ${span(limitSeconds)}` : ""}` } : {});

const partyOf = ({ name, trustGroup }) => (trustGroup ? `group:${trustGroup}` : name);

/** Seconds in one short word: `45s`, `12m`, `3h`, `2d`. */
function brief(seconds) {
  const [size, unit] = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]].find(([size]) => seconds >= size) ?? [1, "s"];
  const value = seconds / size;
  return `${value < 10 && unit !== "s" ? Number(value.toFixed(1)) : Math.round(value)}${unit}`;
}

const clock = (time) => (isNumber(time) ? new Intl.DateTimeFormat("en-GB",
  { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(time) : "");
