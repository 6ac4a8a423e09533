// Simulation: what attackers would come to against this fleet, and the experiments that come with the program.
//
// Simulations make no events. While one has not ended and this view is seen the control plane is asked once a second.

import { el } from "../lib/dom.js";
import { go, route } from "../lib/route.js";
import { Experiments } from "./simulation/experiments.js";
import { Result } from "./simulation/result.js";
import { Runs } from "./simulation/runs.js";
import { WhatIf } from "./simulation/what-if.js";

export default class SimulationView {
  constructor({ fleet, root }) {
    this.runs = new Runs();
    const started = (simulation) => this.runs.put(simulation);
    this.whatIf = new WhatIf(fleet, started);
    this.experiments = new Experiments(started);
    this.overview = el("div", { class: "simulation-grid" }, this.whatIf.root, this.runs.root, this.experiments.root);
    this.place = el("div");
    this.title = el("h2", { class: "unseen" }, "Simulation");
    root.append(this.title, this.overview, this.place);
    fleet.subscribe((changes) => this.#changed(changes));
    // What has ended stays as it is; others may have begun new ones meanwhile.
    document.addEventListener("visibilitychange", () => (!this.result || this.result.isUnderWay) && this.#look());
  }

  routed({ simulation }, shown) {
    const begins = shown && !this.shown;
    this.shown = shown;
    if (!shown) return;
    if (begins) this.whatIf.update();
    if (begins || simulation !== this.id) this.#open(simulation);
  }

  tick() {
    if (this.shown && this.#present().isUnderWay) this.#look();
  }

  #present() {
    return this.result ?? this.runs;
  }

  async #open(id) {
    const before = this.id;
    this.id = id;
    this.title.hidden = this.overview.hidden = id !== "";
    if (id === "") {
      this.result = null;
      this.place.replaceChildren();
      if (before) this.runs.focus(Number(before));
    } else if (id !== before || !this.result) {
      this.result = new Result(id, this.experiments, () => {
        this.runs.drop(Number(id));
        go({ simulation: "" });
      });
      this.place.replaceChildren(this.result.root);
      scrollTo(0, 0);
      if (before !== undefined) this.result.focus();
    }
    // Whether a result is one of the experiments decides how it is repeated.
    await this.experiments.load();
    if (this.shown && route().simulation === id) this.#look();
  }

  #look() {
    if (this.shown && !document.hidden) this.#present().look();
  }

  #changed(changes) {
    if (!this.shown) return;
    const { all, hosts, policies, containers, tenants } = changes;
    if (all || hosts.size || policies.size || containers.size || tenants.size) this.whatIf.update();
    // The lists are read anew when the control plane has been away, and with it what it kept in memory.
    if (all) this.#look();
  }
}
