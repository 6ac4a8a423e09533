// Why a container goes where it goes: candidates with their scores, terms and probabilities, the draw, and who was put
// aside.

import { panelLink } from "./bits.js";
import { tableHead } from "./table.js";
import { el, svg } from "../lib/dom.js";
import { byName, count, figure, isNumber, percent } from "../lib/format.js";
import { drawRules, exclusionWords, terms } from "../lib/decision-words.js";

/**
 * A decision of the strategy, or what it would be.
 * @param {any} decision
 * @returns {HTMLElement}
 */
export function decisionView(decision) {
  const { chosen, draw } = decision;
  const rule = drawRules[decision.rule] ?? { word: decision.rule, meaning: "" };
  const even = Math.log(decision.candidateCount || 1);
  const facts = [
    `Rule ${rule.word}: ${rule.meaning}.`,
    isNumber(decision.temperature) ? `Temperature ${figure(decision.temperature)}.` : "",
    decision.candidateCount > 1
      ? `Entropy ${figure(decision.entropy)} of ${figure(even)} nats, ${percent(decision.entropy / even)} of an even draw.` : "",
  ].filter(Boolean).join(" ");
  const outcome = chosen
    ? el("p", {}, "Chosen: ", panelLink(`host:${chosen}`, chosen), isNumber(draw) ? ` by drawing ${draw.toFixed(4)}.` : ".")
    : el("p", { class: "outcome", "data-tone": "warn" }, "No host can take it.");
  return el("div", { class: "decision" }, outcome, el("p", { class: "soft" }, facts),
    decision.warnings.map((warning) => el("p", { class: "outcome", "data-tone": "warn" }, `⚠ ${warning}`)),
    // The number that was drawn lies among all of them.
    decision.candidates.length > 0 && decision.candidates.length === decision.candidateCount && ribbon(decision),
    decision.candidates.length > 0 && candidatesTable(decision.candidates, chosen),
    decision.candidates.length < decision.candidateCount && el("p", { class: "soft" }, leftOut(decision)),
    exclusions(decision));
}

/** Which candidates are shown where not all are, and how all of them are spread. */
function leftOut({ candidateCount, spread }) {
  const all = count(candidateCount, "candidate");
  if (!spread) return `The likeliest of ${all} are shown.`;
  const words = ({ least, lowerQuarter, median, upperQuarter, greatest }, figure) =>
    `${figure(least)} to ${figure(greatest)}, half of them ${figure(lowerQuarter)} to ${figure(upperQuarter)}, median ${figure(median)}`;
  return `The likeliest and the least likely of ${all} were kept, and the one that was drawn. Chances of all: ${
    words(spread.probability, percent)}. Scores: ${words(spread.score, (score) => score.toFixed(2))}.`;
}

/** The probabilities side by side, as the draw counts them, with the number that was drawn. */
function ribbon({ candidates, draw, chosen }) {
  let from = 0;
  const parts = candidates.map(({ host, probability }) => {
    const part = svg("rect", { class: "share", "data-chosen": host === chosen, x: from * 400, y: 6,
      width: Math.max(0, probability * 400 - 1.5), height: 14, rx: 2 },
      svg("title", {}, `${host} ${percent(probability)}`));
    from += probability;
    return part;
  });
  const mark = isNumber(draw) ? svg("path", { class: "drawn", d: `M${draw * 400} 24l-4 6h8zM${draw * 400} 2v22` }) : null;
  const words = candidates.map(({ host, probability }) => `${host} ${percent(probability)}`).join(", ");
  return svg("svg", { class: "ribbon", viewBox: "0 0 400 32", preserveAspectRatio: "none", role: "img",
    "aria-label": `Probabilities: ${words}${isNumber(draw) ? `; drawn ${draw.toFixed(3)}` : ""}` },
    ...parts, mark);
}

/** Candidates by likelihood, with the terms of each score. */
export function candidatesTable(candidates, chosen = null) {
  const rows = [...candidates].sort((left, right) => right.probability - left.probability || byName(left.host, right.host));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Candidates" }, el("table", { class: "candidates" },
    tableHead(["Host", ["Chance", "number"], ["Score", "number"],
      ...terms.map(({ word, meaning, adds }) => [word, "number", `${adds ? "for" : "against"} it: ${meaning}`])]),
    el("tbody", {}, rows.map(({ host, probability, score, terms: values }) => el("tr", { "data-chosen": host === chosen },
      el("th", { scope: "row" }, host === chosen ? "● " : "", panelLink(`host:${host}`, host)),
      el("td", { class: "number" }, percent(probability)),
      el("td", { class: "number" }, score.toFixed(2)),
      terms.map(({ key }) => el("td", { class: "number" }, isNumber(values[key]) ? values[key].toFixed(2) : "?")))))));
}

function exclusions({ exclusions: list, exclusionCount }) {
  if (exclusionCount === 0) return null;
  return el("details", { class: "excluded" }, el("summary", {}, `${count(exclusionCount, "host")} put aside`),
    el("ul", {}, list.map(({ host, reasons }) => el("li", {}, panelLink(`host:${host}`, host),
      `: ${reasons.map(exclusionWords).join("; ")}`)),
      list.length < exclusionCount && el("li", { class: "soft" }, `and ${exclusionCount - list.length} more`)));
}
