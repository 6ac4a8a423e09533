// The steps of a move when it is looked at closely: as a waterfall and as a table.

import { tableHead } from "./table.js";
import { el, svg } from "../lib/dom.js";
import { milliseconds } from "../lib/format.js";
import { failureWords, forwardSteps, meaning, stepMeanings, stepStates } from "../lib/words.js";

/** When each step began and how long it took, in milliseconds from the first one. */
function timeline(relocation) {
  const starts = relocation.steps.map((step) => Date.parse(step.startedAt));
  const origin = Math.min(...starts);
  return relocation.steps.map((step, index) => ({
    step, start: starts[index] - origin, length: step.durationMilliseconds ?? 0,
  }));
}

/** The waterfall of a move: a lane per step, and behind them the time in which no packet reached the container. */
export function waterfall(relocation) {
  if (relocation.steps.length === 0) return el("span", { class: "soft" }, "no step was begun");
  const lanes = timeline(relocation);
  const total = Math.max(1, ...lanes.map(({ start, length }) => start + length));
  const height = lanes.length * 4;
  const words = lanes.map(({ step }) => `${step.kind} ${milliseconds(step.durationMilliseconds)}`).join(", ");
  const bars = lanes.map(({ step, start, length }, lane) => svg("rect", {
    class: "lane", "data-state": step.state, "data-family": family(step.kind),
    x: (start / total) * 200, y: lane * 4 + 0.5, width: Math.max(1.5, (length / total) * 200), height: 3, rx: 1,
  }));
  return svg("svg", {
    class: "waterfall", viewBox: `0 0 200 ${height}`, width: 200, height, preserveAspectRatio: "none", role: "img",
    "aria-label": `${words}; ${milliseconds(total)} in all`,
  }, svg("title", {}, words), pauseBand(lanes, total, height), ...bars);
}

function pauseBand(lanes, total, height) {
  const from = lanes.find(({ step }) => step.kind === "steer");
  const to = lanes.findLast(({ step }) => step.kind === "release" || step.kind === "revive");
  if (!from || !to || to.start < from.start) return null;
  const x = (from.start / total) * 200;
  return svg("rect", { class: "pause-band", x, y: 0, width: Math.max(1, ((to.start + to.length) / total) * 200 - x), height });
}

function family(kind) {
  if (!forwardSteps.includes(kind) && kind !== "part") return "undo";
  if (["prepare", "arm", "hush", "settle"].includes(kind)) return "before";
  return ["steer", "checkpoint", "restore", "part", "release"].includes(kind) ? "pause" : "after";
}

/** The same numbers as a table. */
export function stepsTable(relocation) {
  if (relocation.steps.length === 0) return el("p", { class: "soft" }, "No step has begun.");
  return el("table", { class: "steps" },
    tableHead(["Step", "Host", ["Began", "number"], ["Took", "number"], "Outcome"]),
    el("tbody", {}, timeline(relocation).map(({ step, start }) => {
      const state = meaning(stepStates, step.state);
      const parts = Object.entries(step.timings).map(([name, value]) => `${name} ${milliseconds(value)}`).join(", ");
      return el("tr", {},
        el("th", { scope: "row", title: stepMeanings[step.kind] }, step.kind + (step.attempt > 1 ? ` ×${step.attempt}` : "")),
        el("td", {}, step.host),
        el("td", { class: "number" }, `+${milliseconds(start)}`),
        el("td", { class: "number" }, milliseconds(step.durationMilliseconds)),
        el("td", { "data-tone": state.tone }, `${state.sign} ${state.word}`,
          parts && el("span", { class: "soft" }, ` ${parts}`),
          step.failure && el("span", {}, ` ${failureWords(step.failure)}`)));
    })));
}
