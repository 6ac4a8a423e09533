// One simulation: how far it is, and then what came of it.

import { action } from "../../components/action.js";
import { badge, routeLink, simulatedBadge } from "../../components/bits.js";
import { curlLine } from "../../components/curl-line.js";
import { Facts } from "../../components/facts.js";
import { request } from "../../lib/api.js";
import { curl } from "../../lib/curl.js";
import { el, setAttribute, setText } from "../../lib/dom.js";
import { download } from "../../lib/download.js";
import { moment } from "../../lib/format.js";
import { go } from "../../lib/route.js";
import { command, isUnderWay, pathOf, progressWords, repetition, simulationStates, tookWords } from "../../lib/simulations.js";
import { requestText } from "../../lib/text.js";
import { meaning } from "../../lib/words.js";
import { cancelAction, forgetAction, offer } from "./runs.js";
import { reportParts } from "./sections.js";

const LONGEST_LINE = 20_000;
const WORDS = "This is a simulation and no measurement of the fleet: nothing was moved, and its figures hold for what it assumes.";

export class Result {
  /**
   * @param {number} id
   * @param {import("./experiments.js").Experiments} experiments
   * @param {() => void} forgotten told when somebody has forgotten it here
   */
  constructor(id, experiments, forgotten) {
    Object.assign(this, { id, experiments });
    this.simulation = null;
    this.heading = el("h2", { tabindex: "-1" }, "Simulation");
    this.question = el("p");
    this.state = el("p", { class: "badges", role: "status" });
    this.bar = el("progress", { max: "1", value: "0", "aria-label": "Progress" });
    this.progress = el("p", { class: "soft run-about" });
    this.way = el("div", { class: "run" }, this.bar, this.progress);
    this.detail = el("p");
    this.problem = el("p", { class: "outcome", "data-tone": "bad", role: "status" });
    this.gone = el("div", { class: "gone", hidden: true });
    this.facts = facts();
    this.cancel = cancelAction(id, (simulation) => this.#take(simulation));
    this.forget = forgetAction(id, forgotten);
    this.downloads = el("div", { class: "downloads" });
    this.lead = el("div", { class: "lead" });
    this.sections = el("div", { class: "sections" });
    this.note = el("p", { class: "banner", "data-tone": "note", role: "note", hidden: true },
      el("span", {}, simulatedBadge(), ` ${WORDS}`));
    this.head = el("section", { class: "card-box result-head", hidden: true },
      el("div", { class: "result-words" }, this.question, this.state, this.detail, this.way, this.lead),
      el("div", { class: "result-facts" }, this.facts.root, this.downloads, this.cancel.root, this.forget.root));
    this.root = el("article", { class: "result" },
      el("div", { class: "between" }, this.heading, routeLink({ simulation: "" }, "← All simulations", { class: "button" })),
      this.note, this.gone, this.problem, this.head, this.sections);
  }

  /** Whether it is worth asking again. */
  get isUnderWay() {
    return !this.isGone && (!this.simulation ? this.failed === true : isUnderWay(this.simulation));
  }

  /** Asks for it. */
  async look() {
    if (this.asking || this.isGone) return;
    this.asking = true;
    try {
      const { value } = await request("GET", pathOf(this.id));
      this.failed = false;
      setText(this.problem, "");
      this.#take(value);
    } catch (problem) {
      if (problem.status === 404) this.#lose();
      else {
        // Without an answer, or with one that says that it is not the time, another look may do better.
        this.failed = problem.status === 0 || problem.status >= 500;
        setText(this.problem, problem.message);
      }
    } finally {
      this.asking = false;
    }
  }

  focus() {
    this.heading.focus({ preventScroll: true });
  }

  #take(simulation) {
    const before = this.simulation?.state;
    this.simulation = simulation;
    const { title, state, detail, finishedRuns, allRuns } = simulation;
    this.head.hidden = this.note.hidden = false;
    setText(this.heading, title);
    setText(this.question, this.#questionOf(simulation));
    setAttribute(this.bar, "value", allRuns ? finishedRuns / allRuns : 0);
    setText(this.progress, progressWords(simulation));
    this.way.hidden = state === "completed";
    this.facts.update(simulation);
    offer(simulation, this);
    if (before === state) return;
    const words = meaning(simulationStates, state);
    this.state.replaceChildren(badge(words));
    setAttribute(this.detail, "data-tone", state === "failed" ? "bad" : "soft");
    setAttribute(this.detail, "class", state === "failed" ? "failure-words" : "soft");
    setText(this.detail, detail ?? words.meaning ?? "");
    if (state === "completed") this.#writeResult(simulation);
  }

  #questionOf({ kind, result, ...rest }) {
    if (result?.experiment) return result.experiment.question;
    if (kind === "whatIf") return "What would each kind of attacker come to against this fleet as it was then?";
    return this.experiments.of({ kind, ...rest })?.question ?? "";
  }

  #writeResult(simulation) {
    const { lead, sections } = reportParts(simulation);
    this.lead.replaceChildren(...lead);
    this.sections.replaceChildren(...sections);
    this.downloads.replaceChildren(...this.#downloads(simulation));
  }

  #downloads(simulation) {
    const { name, result } = simulation;
    const outcome = el("p", { class: "outcome", "data-tone": "bad", role: "status" });
    const json = (file, value) => download(file, "application/json", `${JSON.stringify(value, null, 2)}\n`);
    const save = (text, what, act) =>
      el("button", { type: "button", class: "small", "aria-label": `${text}: ${what}`, onclick: act }, text);
    const isShipped = Boolean(this.experiments.of(simulation));
    const body = repetition(simulation, isShipped);
    // A large fleet's document is no line for a shell.
    const line = curl("POST", "/v1/simulations", body);
    return [
      el("p", { class: "exports" }, "Save: ",
        save("CSV", "every point with every figure", async () => setText(outcome, await saveCSV(simulation))),
        save("JSON", "the whole result", () => json(`${name}-result.json`, result)),
        save("Experiment", "what was asked, as a document", () => json(`${name}.json`, result.experiment))),
      outcome,
      line.length < LONGEST_LINE && repeats("The same again:", curlLine(line)),
      repeats(isShipped ? "Without a control plane:" : "The same again, from the experiment as it is saved here:",
        curlLine(command(simulation, isShipped), "relocate")),
    ].filter(Boolean);
  }

  /** The control plane knows nothing of it, or of it any more. */
  #lose() {
    this.isGone = true;
    const { simulation } = this;
    const words = simulation
      ? `This simulation is gone: somebody forgot it, it was one of too many, or the control plane was restarted.${
        simulation.result ? " What was read of it stays here until this page is left." : ""}`
      : `There is no simulation ${this.id}. The control plane keeps the last 20, until it is restarted.`;
    const body = simulation && repetition(simulation, Boolean(this.experiments.of(simulation)));
    const again = body && action({
      label: "Run it again", primary: true, target: () => ({ method: "POST", path: "/v1/simulations", body }),
      done: ({ id }) => {
        go({ simulation: String(id) });
        return "Begun.";
      },
    });
    this.gone.hidden = false;
    setAttribute(this.gone, "class", simulation ? "card-box gone" : "empty");
    this.gone.replaceChildren(el("p", { role: "status" }, words), ...(again ? [again.root] : []));
    this.cancel.root.hidden = this.forget.root.hidden = true;
    if (!simulation || !isUnderWay(simulation)) return;
    this.way.hidden = true;
    this.facts.update({ ...simulation, startedAt: null });
    this.state.replaceChildren(badge({ sign: "?", tone: "warn", word: "gone" }));
  }
}

const repeats = (words, line) => el("div", { class: "repeats" }, el("span", { class: "soft" }, words), line.root);

/** Hands the table of points over as a file; gives words for what went wrong. */
async function saveCSV({ id, name }) {
  try {
    const { status, text } = await requestText(`${pathOf(id)}/points.csv`);
    if (status === 404) return "The control plane does not have it any more.";
    if (status !== 200) return `The control plane answered ${status}.`;
    download(`${name}.csv`, "text/csv", text);
    return "";
  } catch (problem) {
    return problem.message;
  }
}

const facts = () => new Facts([
  ["Kind", ({ kind, name }) => (kind === "whatIf" ? "this fleet as it was then" : `${kind} ${name}`)],
  ["Runs", ({ runs }) => `${runs.toLocaleString("en")} of each point`],
  ["Seed", ({ seed }) => String(seed)],
  ["Asked for", ({ createdAt, createdBy }) => `${moment(createdAt)} by ${createdBy}`],
  ["Running for", (simulation) => (isUnderWay(simulation) ? tookWords(simulation) || null : null)],
  ["Took", (simulation) => (isUnderWay(simulation) ? null : tookWords(simulation) || null)],
]);
