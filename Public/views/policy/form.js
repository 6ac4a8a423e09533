// The settings of a policy, section by section.

import { Setting } from "../../components/setting.js";
import { el } from "../../lib/dom.js";
import { SECTIONS, balanced, differences, fieldAt, valueAt, withValue } from "../../lib/policy-fields.js";

export class PolicyForm {
  /** @param {(policy: any) => void} changed told the whole policy with each change */
  constructor(changed) {
    this.changed = changed;
    this.settings = new Map();
    this.root = el("form", { class: "policy-form", novalidate: true, onsubmit: (event) => event.preventDefault() });
  }

  /** Makes the settings anew for a policy of this name. */
  open(name) {
    this.settings.clear();
    this.root.replaceChildren(...SECTIONS.map(({ title, words, fields }, index) => el("details", { class: "card-box settings", open: index < 2 },
      el("summary", {}, el("h3", {}, title)), words ? el("p", { class: "soft" }, words) : null, fields.map((field) => {
        const setting = new Setting(field, (value) => this.#take(field, value));
        this.settings.set(field.path, setting);
        if (field.fleet && name !== "default") setting.lock("Holds for the whole fleet: set it in policy default.");
        return setting.root;
      }))));
  }

  /** Shows a draft beside what holds. */
  show(policy, base) {
    this.policy = policy;
    const changed = new Set(differences(base, policy).map(({ path }) => path));
    for (const [path, setting] of this.settings) {
      const { clocks } = setting.field;
      setting.root.hidden = Boolean(clocks) && !clocks.includes(policy.clock.model);
      if (!setting.root.hidden) setting.set(valueAt(policy, path));
      setting.marked(changed.has(path));
    }
  }

  /** Says at its setting what is wrong; gives whether there is such a setting. */
  complain(path, text) {
    for (const setting of this.settings.values()) if (setting.problem) setting.complain("");
    if (!path) return false;
    const setting = this.settings.get(fieldAt(path)?.path);
    if (!setting || setting.root.hidden) return false;
    setting.complain(text);
    setting.root.closest("details").open = true;
    return true;
  }

  #take({ path }, value) {
    const weight = /^weights\.(.*)$/.exec(path)?.[1];
    if (!weight) return this.changed(withValue(this.policy, path, value));
    const weights = balanced(this.policy.weights, weight, Math.min(1, Math.max(0, value)));
    return this.changed({ ...this.policy, weights });
  }
}
