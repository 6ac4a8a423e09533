// The history of a policy: who changed what, when; and how to go back.

import { editWords } from "../../components/setting.js";
import { request, withQuery } from "../../lib/api.js";
import { el, setText } from "../../lib/dom.js";
import { ago, moment } from "../../lib/format.js";
import { differences } from "../../lib/policy-fields.js";

const PAGE = 20;

export class PolicyVersions {
  /** @param {(version: any) => void} restore called with the version that somebody wants back */
  constructor(restore) {
    this.restore = restore;
    this.list = el("ol", { class: "versions" });
    this.note = el("p", { class: "soft", role: "status" });
    this.more = el("button", { type: "button", hidden: true, onclick: () => this.#load(this.cursor) }, "Older versions");
    this.root = el("section", { class: "card-box wide" }, el("h3", {}, "History"), this.list, this.note, this.more);
  }

  /** Reads the history of a policy, again when it has a new version. */
  open(name, version) {
    const key = `${name} ${version}`;
    if (key === this.key) return;
    this.key = key;
    this.name = name;
    this.versions = [];
    this.#load(null);
  }

  async #load(cursor) {
    const { key } = this;
    try {
      const { value } = await request("GET", withQuery(`/v1/policies/${encodeURIComponent(this.name)}/versions`, { cursor, limit: PAGE }));
      if (key !== this.key) return;
      this.versions.push(...value.items);
      this.cursor = value.next;
      this.#write();
    } catch (problem) {
      if (key === this.key) setText(this.note, problem.message);
    }
  }

  #write() {
    this.versions.sort((left, right) => right.version - left.version);
    this.list.replaceChildren(...this.versions.map((version, index) => this.#line(version, this.versions[index + 1], index === 0)));
    this.more.hidden = !this.cursor;
    setText(this.note, this.versions.length === 0 ? "It has never been changed." : "");
  }

  #line(version, older, present) {
    const edits = older ? differences(older, version) : [];
    const words = older ? edits.map(editWords).join("; ") || "nothing that holds" : this.cursor ? "" : "as it was first";
    const restore = () => el("button", {
      type: "button", class: "small", "aria-label": `Restore version ${version.version}`, onclick: () => this.restore(version),
    }, "Restore");
    return el("li", {}, el("b", {}, `Version ${version.version}`), ` ${moment(version.changedAt)} by ${version.changedBy || "nobody"} `,
      el("span", { class: "soft" }, ago(version.changedAt)), el("span", { class: "version-words" }, words),
      present ? el("span", { class: "badge", "data-tone": "good" }, "holds now")
        : restore());
  }
}
