// What begins a simulation: fields, a button, and what is wrong at the field that it is about.

import { action } from "../../components/action.js";
import { routeLink } from "../../components/bits.js";
import { wholeNumber } from "../../components/entry.js";

const MOST_RUNS = 1_000_000;

/** How often each point is run, and with which seed. */
export const batch = ({ runs, seed }) => ({
  runs: wholeNumber("Runs of each point", { least: 2, most: MOST_RUNS, value: runs }),
  seed: wholeNumber("Seed", { least: 0, value: seed }),
});

/**
 * @param {object} options
 * @param {string} options.label what the button says
 * @param {Record<string, import("../../components/entry.js").Entry>} options.entries by their paths in what is sent, such as
 *   `whatIf.attackSeconds`
 * @param {(values: Record<string, any>) => unknown} options.body what is sent for their values
 * @param {(simulation: any) => void} options.started
 * @param {boolean} [options.primary]
 * @param {Element[]} [options.beside]
 */
export function startAction({ label, entries, body, started, primary = false, beside = [] }) {
  let wrong = null; // the entry that was found wrong before anything was sent
  const value = (entry) => {
    try {
      return entry.value;
    } catch {
      return undefined;
    }
  };
  function check() {
    wrong = null;
    for (const entry of Object.values(entries)) entry.complain("");
    for (const entry of Object.values(entries)) {
      try {
        void entry.value;
      } catch (error) {
        wrong ??= entry;
        entry.complain(error.message);
      }
    }
    if (wrong) throw new Error("What is marked has to be mended first.");
  }
  return action({
    label, primary, beside, check,
    fields: Object.values(entries).map((entry) => entry.root),
    target: () => ({ method: "POST", path: "/v1/simulations",
      body: body(Object.fromEntries(Object.entries(entries).map(([path, entry]) => [path, value(entry)]))) }),
    done: (simulation) => {
      started(simulation);
      return ["Begun: ", routeLink({ simulation: String(simulation.id) }, simulation.title)];
    },
    refused: (problem) => {
      if (!wrong) wrong = place(problem, entries);
      wrong?.control.focus();
      return problem.message;
    },
  });
}

/** Says at their fields what the control plane objects to; gives the first of them. */
function place({ errors = [] }, entries) {
  let first = null;
  for (const { pointer, detail } of errors) {
    const path = pointer.replace(/^\//, "").replaceAll("/", ".");
    const entry = entries[path];
    // Which field it is about can be seen.
    entry?.complain(detail.replace(`${path}: `, ""));
    first ??= entry ?? null;
  }
  return first;
}
