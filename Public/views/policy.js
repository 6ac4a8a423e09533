// Policies: when containers move and where to, seen before it is saved.
//
// What is edited is a draft on top of one version. Events about the policy never touch the draft: when another version
// holds, that is said, and saving on top of it needs a decision.

import { panelLink, routeLink } from "../components/bits.js";
import { curlLine } from "../components/curl-line.js";
import { editWords } from "../components/setting.js";
import { request } from "../lib/api.js";
import { curl } from "../lib/curl.js";
import { arrange, el, setAttribute, setText } from "../lib/dom.js";
import { ago, byName, count } from "../lib/format.js";
import { differences, document as changesOf, rebase, settable, withValue } from "../lib/policy-fields.js";
import { go } from "../lib/route.js";
import { conflictView } from "./policy/conflict.js";
import { PolicyForm } from "./policy/form.js";
import { PolicyPreview } from "./policy/preview.js";
import { PolicyVersions } from "./policy/versions.js";

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export default class PolicyView {
  constructor({ fleet, root }) {
    this.fleet = fleet;
    this.tabs = el("div", { class: "policy-tabs", role: "group", "aria-label": "Policies" });
    this.form = new PolicyForm((policy) => this.#edit(policy));
    this.preview = new PolicyPreview(fleet,
      (changes) => this.#edit(changes.reduce((policy, [path, value]) => withValue(policy, path, value), this.draft)),
      (path, text) => this.form.complain(path, text));
    this.versions = new PolicyVersions((version) => this.#restore(version));
    this.heading = el("h2", {});
    this.about = el("p", { class: "soft" });
    this.users = el("p");
    this.note = el("div", { class: "policy-note", hidden: true });
    this.conflict = el("div");
    this.#makeBar();
    this.#makeNew();
    this.removal = el("div", { class: "action" });
    this.missing = el("div", { class: "empty", hidden: true });
    this.body = el("div", {}, el("div", { class: "policy-head" }, el("div", {}, this.heading, this.about, this.users)), this.note,
      this.conflict,
      el("div", { class: "policy-grid" }, this.form.root, this.preview.root), this.bar, this.versions.root, this.removal);
    root.append(el("div", { class: "between" }, this.tabs, this.fresh), this.newForm, this.missing, this.body);
    fleet.subscribe((changes) => this.#changed(changes));
    addEventListener("beforeunload", (event) => this.#isEdited() && event.preventDefault());
  }

  routed({ policy }, shown) {
    this.shown = shown;
    if (!shown) return;
    this.wanted = policy || "default";
    if (this.fleet.loaded) this.#open(this.wanted);
  }

  #changed(changes) {
    if (!this.shown) {
      return;
    }
    if (changes.all || changes.policies.size) {
      this.#open(this.wanted);
      const present = this.fleet.policies.get(this.name);
      if (present && this.base && present.version !== this.base.version) this.#met(present);
    }
    if (changes.all || changes.tenants.size || changes.containers.size) this.#writeUsers();
  }

  #open(name) {
    this.#writeTabs(name);
    const policy = this.fleet.policies.get(name);
    this.missing.hidden = Boolean(policy);
    this.body.hidden = !policy;
    if (!policy) {
      this.missing.replaceChildren(el("p", {}, `There is no policy ${name}.`),
        routeLink({ policy: "" }, "Show default", { class: "button" }));
      this.name = null;
      return;
    }
    if (name === this.name) return;
    this.name = name;
    this.form.open(name);
    this.preview.open(name);
    this.#start(policy);
  }

  /** Begins with a version as it is. */
  #start(policy) {
    this.base = policy;
    this.draft = settable(policy);
    this.conflict.replaceChildren();
    this.note.hidden = true;
    this.#say("", "soft");
    this.#write();
    this.preview.held = null;
    this.preview.show({});
  }

  #isEdited() {
    return Boolean(this.base && this.draft) && differences(this.base, this.draft).length > 0;
  }

  #edit(policy) {
    this.draft = policy;
    this.#say("", "soft");
    this.#write();
    this.preview.show(changesOf(this.base, this.draft));
  }

  #write() {
    const { base, draft, name } = this;
    setText(this.heading, `Policy ${name}`);
    setText(this.about, base.version === 0
      ? "Version 0: the built-in settings." : `Version ${base.version}, by ${base.changedBy || "nobody"} ${ago(base.changedAt)}.`);
    this.form.show(draft, base);
    this.versions.open(name, base.version);
    this.#writeUsers();
    this.#writeBar();
    this.#writeRemoval();
  }

  /** Somebody else has changed the policy that is looked at. */
  #met(present) {
    if (this.saving) return;
    if (!this.#isEdited()) {
      this.#start(present);
      this.#say(`${present.changedBy || "Somebody"} changed it just now; this is version ${present.version}.`, "soft");
      return;
    }
    this.note.hidden = false;
    this.note.replaceChildren(el("span", {},
      `${present.changedBy || "Somebody"} changed this policy: version ${present.version} holds now. Your edits are kept.`),
      el("button", { type: "button", class: "small", onclick: () => this.#showConflict(present) }, "Show what differs"));
  }

  #showConflict(theirs) {
    this.note.hidden = true;
    const view = conflictView({
      base: this.base, draft: this.draft, theirs,
      keep: () => {
        const edits = differences(this.base, this.draft);
        this.#start(theirs);
        this.#edit(rebase(edits, settable(theirs)));
        this.#say("Your edits stand on top of the version that holds now. Look once more, then save.", "soft");
        this.save.focus();
      },
      drop: () => this.#start(theirs),
    });
    this.conflict.replaceChildren(view.root);
    view.root.scrollIntoView({ block: "nearest" });
    view.focus.focus();
  }

  #makeBar() {
    this.edits = el("p", { class: "edits" });
    this.outcome = el("p", { class: "outcome", role: "status" });
    this.save = el("button", { type: "button", class: "primary", onclick: () => this.#save() }, "Save");
    this.drop = el("button", { type: "button", onclick: () => this.#start(this.base) }, "Discard");
    this.line = curlLine("");
    this.bar = el("div", { class: "save-bar", role: "region", "aria-label": "Edits" },
      el("div", {}, this.edits, this.preview.summary, this.outcome),
      el("div", { class: "action-buttons" }, this.save, this.drop, this.line.root));
  }

  #writeBar() {
    const edits = differences(this.base, this.draft);
    this.save.disabled = edits.length === 0;
    this.drop.hidden = edits.length === 0;
    this.bar.classList.toggle("edited", edits.length > 0);
    const some = `${edits.slice(0, 4).map(editWords).join("; ")}${edits.length > 4 ? " …" : ""}`;
    setText(this.edits, edits.length === 0 ? "Nothing is edited." : `${count(edits.length, "edit")}: ${some}`);
    this.line.set(curl("PUT", this.#path(), changesOf(this.base, this.draft), this.#match()));
  }

  #path() {
    return `/v1/policies/${encodeURIComponent(this.name)}`;
  }

  #match() {
    return { "If-Match": `"${this.base.version}"` };
  }

  async #save() {
    await this.#change("PUT", this.#path(), changesOf(this.base, this.draft),
      (policy) => `Saved as version ${policy.version}. Deadlines of its containers are drawn anew.`);
  }

  async #restore(version) {
    if (this.#isEdited()) return this.#say("Save or discard your edits first.", "warn");
    return this.#change("POST", `${this.#path()}/restore`, { version: version.version },
      (policy) => `Version ${version.version} holds again, as version ${policy.version}.`);
  }

  async #change(method, path, body, words) {
    this.save.disabled = true;
    this.saving = true;
    this.#say("Asked for …", "soft");
    try {
      const { value } = await request(method, path, body, { headers: this.#match() });
      this.fleet.policies.set(value.name, value);
      this.#start(value);
      this.#say(words(value), "good");
    } catch (problem) {
      this.save.disabled = false;
      if (problem.status === 412) await this.#resolve();
      else {
        this.form.complain(problem.field, problem.message);
        this.#say(problem.message, "bad");
      }
    } finally {
      this.saving = false;
    }
  }

  /** What is edited is not what holds any more. */
  async #resolve() {
    try {
      const { value } = await request("GET", this.#path());
      this.#say("Not saved: somebody else was faster.", "warn");
      this.#showConflict(value);
    } catch (problem) {
      this.#say(problem.message, "bad");
    }
  }

  #say(text, tone) {
    this.outcome.dataset.tone = tone;
    setText(this.outcome, text);
  }

  #writeTabs(chosen) {
    this.links ??= new Map();
    const names = ["default", ...[...this.fleet.policies.keys()].filter((name) => name !== "default").sort(byName)];
    arrange(this.tabs, names.map((name) => {
      let link = this.links.get(name);
      if (!link) {
        link = el("button", { type: "button", class: "tab", onclick: () => this.#leave(name) }, name);
        this.links.set(name, link);
      }
      setAttribute(link, "aria-pressed", String(name === chosen));
      return link;
    }));
  }

  #leave(name) {
    if (name !== this.name && this.#isEdited()) return this.#say(`Save or discard your edits to ${this.name} first.`, "warn");
    return go({ policy: name === "default" ? "" : name });
  }

  #writeUsers() {
    if (!this.name || !this.base) return;
    const tenants = [...this.fleet.tenants.values()].filter(({ policy }) => (policy ?? "default") === this.name)
      .map(({ name }) => name).sort(byName);
    // Of a large fleet not every container is known here.
    const least = this.fleet.isPart("containers") ? "at least " : "";
    let own = [];
    let held = 0;
    for (const container of this.fleet.containers.values()) {
      if (container.policy === this.name) own.push(container.name);
      if (this.fleet.policyOf(container) === this.name) held += 1;
    }
    own = own.sort(byName);
    const key = JSON.stringify([tenants, own, held]);
    if (key === this.usersKey) return;
    this.usersKey = key;
    const links = (kind, names) => names.slice(0, 12).flatMap((name) => [", ", panelLink(`${kind}:${name}`, name)]).slice(1);
    this.users.replaceChildren(`Holds for ${least}${count(held, "container")}`,
      ...(tenants.length ? [": of ", ...links("tenant", tenants), tenants.length > 12
        ? ` and ${tenants.length - 12} more tenants` : ""] : []),
      ...(own.length ? ["; named by ", ...links("container", own), own.length > 12 ? ` and ${own.length - 12} more` : ""] : []), ".",
      ...(tenants.length || own.length || this.name === "default" ? [] : [" Give it to a tenant or a container in their panels."]));
    this.#writeRemoval();
  }

  #makeNew() {
    this.fresh = el("button", { type: "button", "aria-expanded": "false", onclick: () => this.#toggleNew(this.newForm.hidden) },
      "New policy");
    this.newName = el("input", { name: "name", autocomplete: "off", autocapitalize: "none", spellcheck: "false",
      placeholder: "such as careful" });
    this.newOutcome = el("p", { class: "outcome", role: "status" });
    this.newLine = curlLine("");
    this.newForm = el("form", { class: "card-box action new-policy", hidden: true, novalidate: true, onsubmit: (event) => this.#add(event),
      oninput: () => this.#writeNewLine() },
      el("label", {}, "Name", this.newName), el("p", { class: "soft" }, "It begins with the settings of default."),
      el("div", { class: "action-buttons" }, el("button", { type: "submit", class: "primary" }, "Create policy"),
        el("button", { type: "button", onclick: () => this.#toggleNew(false) }, "Close"),
        this.newLine.root), this.newOutcome);
    this.#writeNewLine();
  }

  #toggleNew(open) {
    this.newForm.hidden = !open;
    setAttribute(this.fresh, "aria-expanded", String(open));
    (open ? this.newName : this.fresh).focus();
  }

  #writeNewLine() {
    this.newLine.set(curl("POST", "/v1/policies", { name: this.newName.value.trim() || "NAME" }));
  }

  async #add(event) {
    event.preventDefault();
    const name = this.newName.value.trim();
    const say = (text, tone) => {
      this.newOutcome.dataset.tone = tone;
      setText(this.newOutcome, text);
    };
    if (!NAME.test(name)) return say("The name must be lower-case letters, digits and hyphens, and must not begin or end with a hyphen.",
      "bad");
    if (this.#isEdited()) return say(`Save or discard your edits to ${this.name} first.`, "warn");
    try {
      const { value } = await request("POST", "/v1/policies", { name });
      this.fleet.policies.set(value.name, value);
      this.newName.value = "";
      say("", "soft");
      this.#toggleNew(false);
      return go({ policy: name });
    } catch (problem) {
      return say(problem.message, "bad");
    }
  }

  #writeRemoval() {
    const used = this.name !== "default" && ([...this.fleet.tenants.values()].some(({ policy }) => policy === this.name)
      || [...this.fleet.containers.values()].some(({ policy }) => policy === this.name));
    const key = `${this.name} ${this.base.version} ${used}`;
    if (key === this.removalKey) return;
    this.removalKey = key;
    if (this.name === "default") return this.removal.replaceChildren();
    if (used) return this.removal.replaceChildren(el("p", { class: "soft" },
      "It can be deleted when no tenant and no container names it."));
    const ask = el("button", { type: "button", "data-tone": "bad", onclick: () => sure(true) }, `Delete ${this.name}…`);
    const question = el("div", { class: "question", hidden: true },
      el("p", {}, `Delete policy ${this.name}? Its history stays in the record.`),
      el("button", { type: "button", "data-tone": "bad", onclick: () => this.#remove() }, `Delete ${this.name}`),
      el("button", { type: "button", onclick: () => sure(false) }, "Keep it"));
    const sure = (open) => {
      question.hidden = !open;
      ask.hidden = open;
      (open ? question.querySelector("button") : ask).focus();
    };
    return this.removal.replaceChildren(ask, question);
  }

  async #remove() {
    const { name } = this;
    try {
      await request("DELETE", this.#path(), undefined, { headers: this.#match() });
      this.fleet.policies.delete(name);
      this.draft = settable(this.base);
      go({ policy: "" });
    } catch (problem) {
      if (problem.status === 412) await this.#resolve();
      else this.#say(problem.message, "bad");
    }
  }
}
