// Simulations as the control plane keeps them: their states in words, how far they are, and what repeats them.

import { now } from "./clock.js";
import { count, span } from "./format.js";

export const simulationStates = {
  waiting: { sign: "…", tone: "soft", word: "waiting", meaning: "Its turn comes when those before it have ended." },
  running: { sign: "⇢", tone: "move", word: "running" },
  completed: { sign: "✓", tone: "good", word: "completed" },
  cancelled: { sign: "⊘", tone: "soft", word: "cancelled", meaning: "It was stopped before all of its runs were done." },
  failed: { sign: "✕", tone: "bad", word: "failed" },
};

/** Whether it has not ended. */
export const isUnderWay = ({ state }) => state === "waiting" || state === "running";

/** Where the control plane has it. */
export const pathOf = (id) => `/v1/simulations/${encodeURIComponent(id)}`;

/** How long it has been running, or ran: `12 s`; `""` before it has begun. */
export function tookWords({ startedAt, endedAt }) {
  if (!startedAt) return "";
  const seconds = ((endedAt ? Date.parse(endedAt) : now()) - Date.parse(startedAt)) / 1000;
  return seconds < 1 ? "less than a second" : span(seconds);
}

/** How far it is: `1,200 of 6,000 runs, about 40 s left`. */
export function progressWords(simulation) {
  const { finishedRuns, allRuns, startedAt, state } = simulation;
  if (finishedRuns >= allRuns) return count(allRuns, "run");
  const done = `${finishedRuns.toLocaleString("en")} of ${count(allRuns, "run")}`;
  const seconds = (now() - Date.parse(startedAt)) / 1000;
  // The first moments say little about the rest.
  if (state !== "running" || seconds < 3 || finishedRuns < allRuns / 50) return done;
  return `${done}, about ${span(Math.max(1, (seconds * (allRuns - finishedRuns)) / finishedRuns))} left`;
}

/**
 * What is asked for to have it again: by name where the experiment comes with the program, else as the same document, which
 * for a fleet is the fleet as it was; `null` while that is not known.
 * @param {any} simulation
 * @param {boolean} isShipped whether the experiment comes with the program
 */
export function repetition({ name, runs, seed, result }, isShipped) {
  if (isShipped) return { experiment: name, runs, seed };
  return result ? { document: result.experiment, runs, seed } : null;
}

/** The line that gives the same again without a control plane: by name, or from the experiment's document in a file. */
export const command = ({ name, runs, seed }, isShipped) =>
  `relocate simulate ${isShipped ? name : `--file ${name}.json`} --runs ${runs} --seed ${seed} --out ${name}`;
