// The experiments that come with the program, a card each.

import { request } from "../../lib/api.js";
import { el, setText } from "../../lib/dom.js";
import { count } from "../../lib/format.js";
import { batch, startAction } from "./start.js";

export class Experiments {
  /** @param {(simulation: any) => void} started */
  constructor(started) {
    this.started = started;
    this.items = null;
    this.note = el("p", { class: "soft", role: "status" }, "Being read …");
    this.cards = el("div", { class: "experiments" });
    this.root = el("section", { class: "experiments-box", "aria-labelledby": "experiments-title" },
      el("h3", { id: "experiments-title" }, "Experiments"), this.note, this.cards);
  }

  /** Reads them, once: they are part of the program. */
  async load() {
    if (this.items) return;
    try {
      const { value } = await request("GET", "/v1/experiments");
      if (this.items) return;
      this.items = value.items;
      setText(this.note, this.items.length ? "Questions with answers that anybody can have again: the same seed gives the same result."
        : "This program comes with none.");
      this.cards.replaceChildren(...this.items.map((experiment) => this.#card(experiment)));
    } catch (problem) {
      setText(this.note, problem.message);
    }
  }

  /** The experiment that a simulation is one of; `undefined` for any other document. */
  of({ kind, name, title, result }) {
    if (kind !== "experiment") return undefined;
    const experiment = this.items?.find((one) => one.name === name && one.title === title);
    // Somebody's own document may have borrowed a name.
    return !result || result.experiment.question === experiment?.question ? experiment : undefined;
  }

  #card({ name, title, question, runs, seed, points, panels }) {
    const document = el("a", { href: `/v1/experiments/${encodeURIComponent(name)}`, "aria-label": `Document of ${name}` }, "Document");
    const form = startAction({
      label: "Run", started: this.started, entries: batch({ runs, seed }), beside: [document],
      body: (values) => ({ experiment: name, ...values }),
    });
    form.button.setAttribute("aria-label", `Run ${name}`);
    return el("section", { class: "card-box experiment", "aria-label": name }, el("h4", {}, title), el("p", {}, question),
      el("p", { class: "soft" }, el("code", {}, name), ` · ${count(panels.length, "figure")}, ${count(points, "point")}`), form.root);
  }
}
