// What a policy would do: asked for while it is being edited, and drawn beside what holds now.
//
// Questions are held back until typing pauses, an older question is given up when a newer one is sent, and only the
// newest answer is drawn.

import { candidatesTable } from "../../components/decision.js";
import { Chart } from "../../components/chart.js";
import { panelLink } from "../../components/bits.js";
import { durationWords, roughly, settingWords } from "../../components/setting.js";
import { tableHead } from "../../components/table.js";
import { request, withQuery } from "../../lib/api.js";
import { el, setText } from "../../lib/dom.js";
import { byName, count, figure, isNumber, percent } from "../../lib/format.js";
import { fieldAt, labelOf } from "../../lib/policy-fields.js";

const PATIENCE = 220;
const MOST_NAMES = 500;

export class PolicyPreview {
  /**
   * @param {any} fleet
   * @param {(changes: [string, number | null][]) => void} suggest takes the nearest values that somebody chose
   * @param {(path: string | null, text: string) => boolean} complain says at a setting what is wrong with it
   */
  constructor(fleet, suggest, complain) {
    Object.assign(this, { fleet, suggest, complain });
    /** What it would do in a line, for where there is no room for more. */
    this.summary = el("span", { class: "soft" });
    this.state = el("p", { class: "preview-state soft", role: "status" }, "Being worked out …");
    this.refusal = el("div", { class: "refusal", hidden: true });
    this.figures = el("dl", { class: "counters preview-figures" });
    this.warnings = el("div");
    this.chart = new Chart({ across: roughly, up: percent, highest: 1, label: "Still on the same host after" });
    this.attacks = el("div");
    this.container = el("select", { "aria-label": "Container", onchange: () => this.#ask() });
    this.source = el("select", { "aria-label": "Host it leaves", onchange: () => this.#writeDestinations() });
    this.destinations = el("div", { class: "destinations" });
    this.root = el("aside", { class: "card-box preview", "aria-label": "What it would do" }, el("h3", {}, "What it would do"), this.state,
      this.refusal,
      this.figures, this.warnings, this.chart.root, this.attacks,
      el("h3", {}, "Where the next move goes"),
      el("div", { class: "tools" }, el("label", {}, "Of ", this.container), el("label", {}, "from ", this.source)), this.destinations);
  }

  /** Opens another policy: what holds of it is drawn as the line to compare with. */
  open(name) {
    this.name = name;
    this.held = null;
    this.last = null;
    this.#fillContainers();
  }

  /** Asks what a change of the policy would do. */
  show(changes) {
    this.changes = changes;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), this.last ? PATIENCE : 0);
  }

  async #ask() {
    this.question?.abort();
    const question = new AbortController();
    this.question = question;
    const { name, changes } = this;
    const untouched = Object.keys(changes).length === 0;
    this.root.setAttribute("aria-busy", "true");
    try {
      const { value } = await request("POST", withQuery("/v1/policies/preview", { base: name, container: this.container.value }), changes,
        { signal: question.signal });
      if (question !== this.question) return;
      this.last = value;
      if (untouched) this.held = value;
      this.#write(value);
    } catch (problem) {
      if (question !== this.question || question.signal.aborted) return;
      this.#refuse(problem.field, problem.message, "");
      setText(this.state, "");
    } finally {
      if (question === this.question) this.root.removeAttribute("aria-busy");
    }
  }

  #write(value) {
    if (value.refusal) this.#refuse(value.refusal.field, value.refusal.reason, value.refusal.nearest);
    else {
      this.refusal.hidden = true;
      this.complain(null, "");
    }
    const { forecast } = value;
    setText(this.state, `It would hold for ${count(value.containers, "container")}.`);
    this.figures.hidden = this.chart.root.hidden = !forecast;
    const warnings = [...(forecast?.warnings ?? []), ...(value.warnings ?? [])];
    this.warnings.replaceChildren(...warnings.map((text) => el("p", { class: "outcome", "data-tone": "warn" }, `⚠ ${text}`)));
    setText(this.summary, summaryWords(value));
    if (forecast) this.#writeForecast(value, forecast);
    else this.attacks.replaceChildren();
    this.#fillSources(value.destinations ?? []);
    this.#writeDestinations();
  }

  #refuse(path, reason, nearest) {
    this.complain(path, reason);
    this.refusal.hidden = false;
    this.refusal.replaceChildren(el("p", {}, el("b", {}, "This would be refused. "),
      path ? `${labelOf(fieldAt(path)?.path ?? path)}: ` : "", reason),
      nearest ? el("p", {}, `What would work: ${nearest}`) : "", el("div", { class: "choices" },
        [...offers(nearest), ...inProportion(reason)].map(({ changes, words }) =>
        el("button", { type: "button", onclick: () => this.suggest(changes) }, words))));
  }

  #writeForecast(value, forecast) {
    const before = this.held?.forecast;
    const mean = forecast.meanSeconds;
    const [shortest, longest] = [forecast.minSeconds, forecast.maxSeconds];
    const items = [
      ["Mean stay", stay(mean, "for ever"), isNumber(before?.meanSeconds) ? changed(mean, before.meanSeconds, stay) : ""],
      ["Shortest to longest", `${stay(shortest, "–")} to ${stay(longest, "no bound")}`, ""],
      ["Moves an hour, all", figure(value.fleetMovesPerHour), this.held ? changed(value.fleetMovesPerHour, this.held.fleetMovesPerHour, figure) : ""],
      ["Paused for", percent(forecast.downtimeShare), "of the time"],
    ];
    this.figures.replaceChildren(...items.map(([label, text, note]) => el("div", { class: "counter" }, el("dt", {}, label),
      el("dd", {}, el("span", { class: "counter-value" }, text), " ", el("span", { class: "counter-note", "data-tone": "soft" }, note)))));
    const attack = value.policy.assumedAttackSeconds;
    const lines = [{ name: "as edited", style: "first", points: curve(forecast), fill: true }];
    if (before && this.held !== value) lines.push({ name: "as it holds now", style: "ghost", points: curve(before) });
    const last = Math.max(...lines.flatMap(({ points }) => points.map(([x]) => x)), 0);
    const marks = attack <= last * 3 && last > 0 ? [{ at: attack, words: `A ${durationWords(attack)}`, style: "mark" }] : [];
    this.chart.show(lines, marks, `The mean stay is ${stay(mean, "without end")}.`);
    this.attacks.replaceChildren(...attackNodes(forecast.attacks ?? []));
  }

  #fillContainers() {
    const chosen = this.container.value;
    const held = [...this.fleet.containers.values()].filter((container) => this.fleet.policyOf(container) === this.name);
    const names = held.map(({ name }) => name).sort(byName).slice(0, MOST_NAMES);
    this.container.replaceChildren(el("option", { value: "" }, "a container like any other"),
      ...names.map((name) => el("option", { value: name }, name)));
    this.container.value = names.includes(chosen) ? chosen : "";
  }

  #fillSources(destinations) {
    const names = destinations.map(({ from }) => from);
    const key = names.join();
    if (key === this.sourcesKey) return;
    this.sourcesKey = key;
    const chosen = this.source.value;
    this.source.replaceChildren(...names.map((name) => el("option", { value: name }, name)));
    if (names.includes(chosen)) this.source.value = chosen;
  }

  #writeDestinations() {
    const destination = this.last?.destinations?.find(({ from }) => from === this.source.value) ?? this.last?.destinations?.[0];
    if (!destination) return this.destinations.replaceChildren(el("p", { class: "soft" }, "There is no host to leave yet."));
    const { candidates, entropy, temperature, warnings, from } = destination;
    const held = this.held?.destinations?.find((other) => other.from === from)?.candidates ?? [];
    const before = new Map(held.map(({ host, probability }) => [host, probability]));
    const even = Math.log(candidates.length || 1);
    this.destinations.replaceChildren(
      candidates.length ? bars(candidates, before) : el("p", { class: "soft" }, `No host could take it from ${from} now.`),
      el("p", { class: "soft" }, [isNumber(temperature) ? `Temperature ${figure(temperature)}. ` : "",
        even > 0 ? `Entropy ${percent(entropy / even)} of an even draw.` : ""].join("")),
      ...(warnings ?? []).map((text) => el("p", { class: "outcome", "data-tone": "warn" }, `⚠ ${text}`)),
      ...(candidates.length ? [el("details", {}, el("summary", {}, "Scores and terms"), candidatesTable(candidates))] : []));
    return undefined;
  }
}

function bars(candidates, before) {
  const sorted = [...candidates].sort((left, right) => byName(left.host, right.host)).slice(0, 40);
  const most = Math.max(...sorted.map(({ probability }) => probability), ...before.values(), 1e-9);
  return el("ul", { class: "bars" }, sorted.map(({ host, probability, terms }) => {
    const fill = el("span", { class: "bar-fill" });
    fill.style.transform = `scaleX(${(probability / most).toFixed(4)})`;
    const old = before.get(host);
    const mark = isNumber(old) ? el("span", { class: "bar-before" }) : null;
    if (mark) mark.style.left = `${((old / most) * 100).toFixed(2)}%`;
    return el("li", {}, panelLink(`host:${host}`, host), el("span", { class: "bar-track", "aria-hidden": true }, fill, mark),
      el("span", { class: "number" }, percent(probability)), el("span", { class: "soft" },
        isNumber(terms?.heterogeneity) ? `Δ ${terms.heterogeneity.toFixed(2)}` : ""));
  }));
}

const curve = (forecast) => forecast.curve.map(({ seconds, survival }) => [seconds, survival]);

/** How attacks of several lengths would fare in one stay, if the attacker is beside its victim for all of it. */
function attackNodes(attacks) {
  if (attacks.length === 0) return [];
  const columns = [
    ["fixed", "Takes this long each time", "It begins with the stay."],
    ["exponential", "Takes this long on average", "Its time is exponential, and it begins with the stay."],
    ["fixedFromRandomInstant", "Begins some time in the stay", "It takes this long each time."],
  ];
  const row = (attack) => el("tr", { "data-chosen": attack.isAssumed },
    el("th", { scope: "row" }, durationWords(attack.attackSeconds), attack.isAssumed ? " (assumed)" : ""),
    columns.map(([key]) => el("td", { class: "number", "data-tone": tone(attack[key].resisted) }, percent(attack[key].resisted))));
  return [
    el("h3", {}, "Predicted survival of a stay"),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Predicted survival of a stay" },
      el("table", { class: "attacks" }, tableHead(["Attack", ...columns.map(([, title, more]) => [title, "number", more])]),
        el("tbody", {}, attacks.map(row)))),
  ];
}

const tone = (resisted) => (resisted >= 0.87 ? "good" : resisted >= 0.5 ? "warn" : "bad");

/**
 * The ways out of a refusal. In words they are fields with values, such as `clock.threshold 0.17, or clock.mean 4.2 with
 * no dwell.maxSeconds`; what stands between `with` belongs together.
 * @param {string} nearest
 * @returns {{changes: [string, number | null][], words: string}[]}
 */
export function offers(nearest) {
  return nearest.split(/,? or /).map((way) => {
    const changes = way.split(" with ").map((words) => {
      const none = /^\s*no ([\w.]+)\s*$/.exec(words);
      const set = /^\s*([\w.]+) (-?[\d.,]+(?:e[-+]?\d+)?)/.exec(words);
      return none ? [none[1], null] : set ? [set[1], Number(set[2].replaceAll(",", ""))] : null;
    });
    if (changes.some((change) => !change || !fieldAt(change[0]) || Number.isNaN(change[1]))) return null;
    return { changes, words: changes.map(([path, value]) => `${labelOf(path)}: ${settingWords(fieldAt(path), value)}`).join(", ") };
  }).filter(Boolean);
}

/** What would be right where a range was left: the weights in proportion are the only ones that are named. */
function inProportion(reason) {
  const words = / in proportion would be (.*)$/.exec(reason)?.[1];
  const changes = [...(words ?? "").matchAll(/(\w+) ([\d.]+)/g)].map(([, group, value]) => [`weights.${group}`, Number(value)]);
  return changes.length === 3 ? [{ changes, words: "The same in proportion" }] : [];
}

/** What it would do, in a line. */
function summaryWords({ refusal, forecast, fleetMovesPerHour }) {
  const words = [refusal && "would be refused"];
  if (forecast) words.push(`mean stay ${stay(forecast.meanSeconds, "without end")}`, `${figure(fleetMovesPerHour)} moves an hour`);
  return words.filter(Boolean).join(" · ");
}

const stay = (seconds, none) => (isNumber(seconds) ? durationWords(round(seconds)) : none);

const round = (seconds) => (seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds));

const changed = (now, before, words) => (isNumber(now) && Math.abs(now - before) > 1e-9 * Math.abs(before) ? `now ${words(before)}` : "");
