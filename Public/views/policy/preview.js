// What a policy would do: asked for while it is being edited, and drawn beside what holds now.
//
// Questions are held back until typing pauses, an older question is given up when a newer one is sent, and only the
// newest answer is drawn.

import { candidatesTable } from "../../components/decision.js";
import { Chart } from "../../components/chart.js";
import { panelLink } from "../../components/bits.js";
import { durationWords } from "../../components/setting.js";
import { request, withQuery } from "../../lib/api.js";
import { el, setText } from "../../lib/dom.js";
import { byName, count, figure, isNumber, percent } from "../../lib/format.js";
import { fieldAt, labelOf } from "../../lib/policy-fields.js";

const PATIENCE = 220;

export class PolicyPreview {
  /**
   * @param {any} fleet
   * @param {(path: string, value: unknown) => void} suggest takes a nearest value that somebody chose
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
    this.chart = new Chart({ across: durationWords, up: percent, highest: 1, label: "Still on the same host after" });
    this.attacks = el("div");
    this.container = el("select", { "aria-label": "Container", onchange: () => this.#ask() });
    this.source = el("select", { "aria-label": "Host it leaves", onchange: () => this.#writeDestinations() });
    this.destinations = el("div", { class: "destinations" });
    this.root = el("aside", { class: "card-box preview", "aria-label": "What it would do" }, el("h3", {}, "What it would do"), this.state, this.refusal,
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
      const { value } = await request("POST", withQuery("/v1/policies/preview", { base: name, container: this.container.value }), changes, { signal: question.signal });
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
    this.warnings.replaceChildren(...[...(forecast?.warnings ?? []), ...(value.warnings ?? [])].map((text) => el("p", { class: "outcome", "data-tone": "warn" }, `⚠ ${text}`)));
    const words = [value.refusal && "would be refused", forecast && (isNumber(forecast.meanSeconds) ? `mean stay ${durationWords(round(forecast.meanSeconds))}` : "no end of a stay"), forecast && `${figure(value.fleetMovesPerHour)} moves an hour`];
    setText(this.summary, words.filter(Boolean).join(" · "));
    if (forecast) this.#writeForecast(value, forecast);
    else this.attacks.replaceChildren();
    this.#fillSources(value.destinations ?? []);
    this.#writeDestinations();
  }

  #refuse(path, reason, nearest) {
    this.complain(path, reason);
    this.refusal.hidden = false;
    this.refusal.replaceChildren(el("p", {}, el("b", {}, "This would be refused. "), path ? `${labelOf(fieldAt(path)?.path ?? path)}: ` : "", reason),
      nearest ? el("p", {}, `Nearest that works: ${nearest}`) : "", el("div", { class: "choices" }, offers(path, nearest, reason).map(({ target, value, words }) =>
        el("button", { type: "button", onclick: () => this.suggest(target, value) }, words))));
  }

  #writeForecast(value, forecast) {
    const before = this.held?.forecast;
    const mean = forecast.meanSeconds;
    const items = [
      ["Mean stay", isNumber(mean) ? durationWords(round(mean)) : "for ever", isNumber(before?.meanSeconds) ? changed(mean, before.meanSeconds, (number) => durationWords(round(number))) : ""],
      ["Shortest to longest", `${isNumber(forecast.minimumSeconds) ? durationWords(round(forecast.minimumSeconds)) : "–"} to ${isNumber(forecast.maximumSeconds) ? durationWords(round(forecast.maximumSeconds)) : "no bound"}`, ""],
      ["Moves an hour, all", figure(value.fleetMovesPerHour), isNumber(this.held?.fleetMovesPerHour) ? changed(value.fleetMovesPerHour, this.held.fleetMovesPerHour, figure) : ""],
      ["Paused for", percent(forecast.downtimeShare), "of the time"],
    ];
    this.figures.replaceChildren(...items.map(([label, text, note]) => el("div", { class: "counter" }, el("dt", {}, label),
      el("dd", {}, el("span", { class: "counter-value" }, text), " ", el("span", { class: "counter-note", "data-tone": "soft" }, note)))));
    const attack = value.policy.assumedAttackSeconds;
    const lines = [{ name: "as edited", style: "first", points: curve(forecast), fill: true }];
    if (before && this.held !== value) lines.push({ name: "as it holds now", style: "ghost", points: curve(before) });
    const last = Math.max(...lines.flatMap(({ points }) => points.map(([x]) => x)), 0);
    const marks = attack <= last * 3 && last > 0 ? [{ at: attack, words: `A ${durationWords(attack)}`, style: "mark" }] : [];
    this.chart.show(lines, marks, `The mean stay is ${isNumber(mean) ? durationWords(round(mean)) : "without end"}.`);
    this.attacks.replaceChildren(...attackNodes(forecast.attacks ?? []));
  }

  #fillContainers() {
    const chosen = this.container.value;
    const names = [...this.fleet.containers.values()].filter((container) => this.fleet.policyOf(container) === this.name).map(({ name }) => name).sort(byName).slice(0, 500);
    this.container.replaceChildren(el("option", { value: "" }, "a container like any other"), ...names.map((name) => el("option", { value: name }, name)));
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
    const before = new Map(this.held?.destinations?.find((other) => other.from === from)?.candidates.map(({ host, probability }) => [host, probability]) ?? []);
    const even = Math.log(candidates.length || 1);
    this.destinations.replaceChildren(
      candidates.length ? bars(candidates, before) : el("p", { class: "soft" }, `No host could take it from ${from} now.`),
      el("p", { class: "soft" }, [isNumber(temperature) ? `Temperature ${figure(temperature)}. ` : "", even > 0 ? `Entropy ${percent(entropy / even)} of an even draw.` : ""].join("")),
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
      el("span", { class: "number" }, percent(probability)), el("span", { class: "soft" }, isNumber(terms?.heterogeneity) ? `Δ ${terms.heterogeneity.toFixed(2)}` : ""));
  }));
}

/** The points of P(D > t), however they are written: pairs, or objects with the seconds and a share. */
function curve(forecast) {
  return (forecast.curve ?? []).map((point) => {
    if (Array.isArray(point)) return point;
    const { seconds, ...rest } = point;
    return [seconds, Object.values(rest).find(isNumber)];
  }).filter(([x, y]) => isNumber(x) && isNumber(y));
}

const ATTACK_WORDS = { seconds: "Attack takes", attackSeconds: "Attack takes" };

/** How attacks of several lengths would fare, as the control plane foresees it. */
function attackNodes(attacks) {
  if (attacks.length === 0) return [];
  const keys = [...new Set(attacks.flatMap((attack) => Object.keys(attack)))].filter((key) => attacks.some((attack) => attack[key] !== null && typeof attack[key] !== "object"));
  const title = (key) => ATTACK_WORDS[key] ?? key.replace(/([A-Z])/g, " $1").toLowerCase().replace(/^./, (letter) => letter.toUpperCase());
  const words = (key, value) => (!isNumber(value) ? String(value ?? "–") : /seconds$/i.test(key) ? durationWords(round(value)) : value >= 0 && value <= 1 ? percent(value) : figure(value));
  return [el("h3", {}, "Predicted survival"), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Predicted survival" }, el("table", {},
    el("thead", {}, el("tr", {}, keys.map((key) => el("th", { scope: "col", class: attacks.every((attack) => isNumber(attack[key])) ? "number" : null }, title(key))))),
    el("tbody", {}, attacks.map((attack) => el("tr", {}, keys.map((key) => el("td", { class: isNumber(attack[key]) ? "number" : null }, words(key, attack[key]))))))))];
}

/** Buttons for the nearest values: every number that is offered, at the setting that it is about. */
function offers(path, nearest, reason) {
  const field = path && fieldAt(path);
  const text = `${nearest ?? ""} ${/proportion would be/.test(reason) ? reason.split("would be").at(-1) : ""}`;
  const named = [...text.matchAll(/([a-zA-Z][\w.]*)\s*(?:=|≥|≤|>=|<=|of|to|from|above|below|at least|at most|is|:)*\s*(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)/g)];
  const found = [];
  for (const [, name, digits] of named) {
    const target = fieldAt(name) ?? fieldAt(`${path?.split(".")[0]}.${name}`) ?? fieldAt(`clock.${name}`) ?? fieldAt(`dwell.${name}`);
    if (target) found.push({ target: target.path, value: Number(digits) });
  }
  if (found.length === 0 && field) {
    for (const [digits] of text.matchAll(/-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g)) found.push({ target: field.path, value: Number(digits) });
  }
  const unique = new Map(found.map((offer) => [`${offer.target} ${offer.value}`, offer]));
  return [...unique.values()].slice(0, 4).map((offer) => {
    const target = fieldAt(offer.target);
    return { ...offer, words: `${target.label}: ${target.kind === "duration" ? durationWords(offer.value) : target.kind === "share" ? percent(offer.value) : offer.value}` };
  });
}

const round = (seconds) => (seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds));

const changed = (now, before, words) => (isNumber(now) && Math.abs(now - before) > 1e-9 * Math.abs(before) ? `now ${words(before)}` : "");
