// The simulations that the control plane keeps, newest first.

import { action } from "../../components/action.js";
import { badge, routeLink } from "../../components/bits.js";
import { request } from "../../lib/api.js";
import { arrange, el, setAttribute, setText } from "../../lib/dom.js";
import { count, moment } from "../../lib/format.js";
import { isUnderWay, pathOf, progressWords, simulationStates, tookWords } from "../../lib/simulations.js";
import { meaning } from "../../lib/words.js";

const KEEPS = "The last 20 are kept, until the control plane is restarted; the same seed gives the same result again.";

export class Runs {
  constructor() {
    this.rows = new Map();
    this.list = el("ol", { class: "runs", "aria-label": "Simulations, newest first" });
    this.lost = el("p", { class: "outcome", "data-tone": "warn", role: "status" });
    this.problem = el("p", { class: "outcome", "data-tone": "bad", role: "status" });
    this.note = el("p", { class: "soft" }, "Being read …");
    this.heading = el("h3", { tabindex: "-1" }, "Runs");
    this.root = el("section", { class: "card-box runs-box" },
      el("div", { class: "between" }, this.heading,
        el("button", { type: "button", class: "small", onclick: () => this.look() }, "Read again")),
      this.lost, this.problem, this.list, this.note);
  }

  /** Whether any has not ended: then it is worth asking again. */
  get isUnderWay() {
    return [...this.rows.values()].some(({ simulation }) => isUnderWay(simulation));
  }

  /** Asks for all of them. */
  async look() {
    if (this.asking) return;
    this.asking = true;
    try {
      const { value } = await request("GET", "/v1/simulations");
      this.#take(value.items);
      setText(this.problem, "");
    } catch (problem) {
      setText(this.problem, problem.message);
      if (this.rows.size === 0) setText(this.note, "");
    } finally {
      this.asking = false;
    }
  }

  /** Takes what an action answered, ahead of the next look. */
  put(simulation) {
    this.#row(simulation);
    this.#arrange();
  }

  /** Takes one out of the list that somebody has forgotten. */
  drop(id) {
    const row = this.rows.get(id);
    if (row) this.#forgotten(row);
  }

  /** Puts the focus on a simulation's name; on the list's, where that is not there after the next look. */
  focus(id) {
    const row = this.rows.get(id);
    this.wanted = row ? null : id;
    row?.link.focus();
  }

  #take(items) {
    const lost = [...this.rows.values()].filter(({ simulation, isForgotten }) => isUnderWay(simulation) && !isForgotten
      && !items.some(({ id }) => id === simulation.id)).map(({ simulation }) => simulation);
    // What was said of those that were lost stays until there is something newer to say.
    if (lost.length) {
      const [are, them] = lost.length === 1 ? ["is", "it"] : ["are", "them"];
      setText(this.lost, `${lost.map(({ title }) => `“${title}”`).join(" and ")} ${are} gone: `
        + `somebody forgot ${them}, or the control plane was restarted.`);
    }
    for (const known of [...this.rows.keys()]) if (!items.some(({ id }) => id === known)) this.rows.delete(known);
    for (const item of items) this.#row(item);
    this.#arrange();
    if (this.wanted && document.activeElement === document.body) (this.rows.get(this.wanted)?.link ?? this.heading).focus();
    this.wanted = null;
  }

  #row(simulation) {
    let row = this.rows.get(simulation.id);
    if (!row) {
      row = new Row(simulation, (changed) => (changed ? this.put(changed) : this.#forgotten(row)));
      this.rows.set(simulation.id, row);
      if (isUnderWay(simulation)) setText(this.lost, "");
    }
    row.update(simulation);
  }

  #forgotten(row) {
    const rows = this.#sorted();
    const near = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
    row.isForgotten = true;
    this.rows.delete(row.simulation.id);
    this.#arrange();
    // It went with the row, or with the button that was disabled while it was asked for.
    if (document.activeElement === document.body) (near?.link ?? this.heading).focus();
  }

  #sorted() {
    return [...this.rows.values()].sort((left, right) => right.simulation.id - left.simulation.id);
  }

  #arrange() {
    arrange(this.list, this.#sorted().map((row) => row.root));
    setText(this.note, this.rows.size ? KEEPS : "Nothing has been simulated yet.");
  }
}

class Row {
  /** @param {(simulation: any | null) => void} changed told what an action came to; `null` when it was forgotten */
  constructor({ id, title, createdAt }, changed) {
    const what = `${title}, ${moment(createdAt)}`;
    this.state = el("span");
    this.link = routeLink({ simulation: String(id) }, "", { class: "run-title" });
    this.about = el("p", { class: "soft run-about" });
    this.bar = el("progress", { max: "1", value: "0", "aria-label": `Progress of ${what}` });
    this.progress = el("p", { class: "soft run-about" });
    this.cancel = cancelAction(id, changed, what);
    this.forget = forgetAction(id, () => changed(null), what);
    this.root = el("li", { class: "run" }, el("div", { class: "run-head" }, this.link, this.state), this.about, this.bar, this.progress,
      this.cancel.root, this.forget.root);
  }

  update(simulation) {
    const { title, name, runs, seed, createdBy, createdAt, finishedRuns, allRuns, state, detail } = simulation;
    this.simulation = simulation;
    setText(this.link, title);
    if (this.shown !== state) {
      this.shown = state;
      this.state.replaceChildren(badge(meaning(simulationStates, state)));
      setAttribute(this.root, "data-tone", meaning(simulationStates, state).tone);
    }
    setText(this.about, `${name} · ${count(runs, "run")} of each point, seed ${seed} · ${createdBy}, ${moment(createdAt)}`);
    setAttribute(this.bar, "value", allRuns ? finishedRuns / allRuns : 0);
    const took = tookWords(simulation);
    setText(this.progress, [progressWords(simulation), took, detail].filter(Boolean).join(" · "));
    offer(simulation, this);
  }
}

/** Shows what can be done with a simulation: end it, or forget it. Who had the focus on one gets it on the other. */
export function offer(simulation, { cancel, forget }) {
  const goesOn = isUnderWay(simulation);
  // While it is asked for the button is disabled, and has lost the focus for that.
  const focused = cancel.root.contains(document.activeElement) || (cancel.button.disabled && document.activeElement === document.body);
  cancel.root.hidden = !goesOn;
  forget.root.hidden = goesOn;
  if (focused && !goesOn) forget.button.focus();
}

/** What ends one before its time; `what` says which it is, where there are others beside it. */
export function cancelAction(id, changed, what = "") {
  const made = action({
    label: "Cancel", target: () => ({ method: "POST", path: `${pathOf(id)}/cancel` }),
    done: (simulation) => {
      if (simulation?.id) changed(simulation);
      return "It is being cancelled.";
    },
  });
  if (what) made.button.setAttribute("aria-label", `Cancel ${what}`);
  return made;
}

/** What takes one out of the control plane's memory. */
export function forgetAction(id, forgotten, what = "") {
  const made = action({
    label: "Forget…", target: () => ({ method: "DELETE", path: pathOf(id) }),
    confirm: "Forget it? Only an experiment gives the same result again.",
    done: () => {
      forgotten();
      return "Forgotten.";
    },
  });
  if (what) made.button.setAttribute("aria-label", `Forget… ${what}`);
  return made;
}
