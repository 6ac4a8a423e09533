// The fleet as it is now, against each kind of attacker.

import { choice, duration, wholeNumber } from "../../components/entry.js";
import { el } from "../../lib/dom.js";
import { byName, count, span } from "../../lib/format.js";
import { batch, startAction } from "./start.js";

export class WhatIf {
  /** @param {(simulation: any) => void} started */
  constructor(fleet, started) {
    this.fleet = fleet;
    this.policy = choice("Policy");
    this.attack = duration("Assumed attack time", { unit: "min" });
    this.attackers = wholeNumber("Attackers", { least: 0, value: 3 });
    const { runs, seed } = batch({ runs: 500, seed: 1 });
    seed.annotate("The same seed gives the same result.");
    this.form = startAction({
      label: "Simulate this fleet", primary: true, started,
      entries: {
        "whatIf.policy": this.policy, "whatIf.attackSeconds": this.attack, "whatIf.attackers": this.attackers,
        "whatIf.horizonSeconds": duration("Time that is simulated", { unit: "h", note: "Empty for thirty attack times." }), runs, seed,
      },
      body: (values) => ({
        whatIf: { policy: values["whatIf.policy"], attackSeconds: values["whatIf.attackSeconds"],
          attackers: values["whatIf.attackers"], horizonSeconds: values["whatIf.horizonSeconds"] },
        runs: values.runs, seed: values.seed,
      }),
    });
    this.policy.control.addEventListener("change", () => this.#annotate());
    this.root = el("section", { class: "card-box what-if" }, el("h3", {}, "What if"),
      el("p", {}, "The hosts, profiles, tenants and a policy of this fleet as they are now, against each kind of attacker, in a simulator: "
        + "nothing is moved."), this.form.root);
  }

  /** Writes what changed of the fleet. */
  update() {
    const names = [...new Set(["default", ...[...this.fleet.policies.keys()].sort(byName)])];
    const { control } = this.policy;
    if (names.join() !== this.names) {
      this.names = names.join();
      const chosen = control.value;
      control.replaceChildren(...names.map((name) => el("option", { value: name }, name)));
      control.value = names.includes(chosen) ? chosen : "default";
      this.form.refresh();
    }
    const hosts = this.fleet.workers().length;
    this.attackers.annotate(`How many containers they have, each on a host of its own: 0 to ${hosts}.`);
    // What nobody has touched should not be refused.
    if (this.attackers.control.value === this.attackers.control.defaultValue && hosts < 3) {
      this.attackers.control.defaultValue = String(hosts);
      this.form.refresh();
    }
    this.#annotate();
  }

  #annotate() {
    const { fleet, policy: { control: { value: name } } } = this;
    const seconds = fleet.policies.get(name)?.assumedAttackSeconds;
    this.attack.annotate(seconds ? `Empty for what the policy assumes: ${span(seconds)}.` : "Empty for what the policy assumes.");
    const held = [...fleet.containers.values()].filter((container) => fleet.policyOf(container) === name).length;
    this.policy.annotate(`It holds for ${fleet.isPart("containers") ? "at least " : ""}${count(held, "container")}.`);
  }
}
