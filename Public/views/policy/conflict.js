// When somebody else has changed the policy meanwhile: what differs, and a way to keep one's edits.

import { settingWords } from "../../components/setting.js";
import { tableHead } from "../../components/table.js";
import { el } from "../../lib/dom.js";
import { ago } from "../../lib/format.js";
import { differences, fieldAt, labelOf, valueAt } from "../../lib/policy-fields.js";

/**
 * @param {object} options
 * @param {any} options.base what was edited
 * @param {any} options.draft the edits
 * @param {any} options.theirs what holds now
 * @param {() => void} options.keep puts the edits on top of what holds now
 * @param {() => void} options.drop takes what holds now
 */
export function conflictView({ base, draft, theirs, keep, drop }) {
  const [mine, others] = [differences(base, draft), differences(base, theirs)];
  const paths = [...new Set([...mine, ...others].map(({ path }) => path))];
  const clash = new Set(mine.map(({ path }) => path).filter((path) => others.some((other) => other.path === path)));
  const cell = (policy, path, changed) => el("td", { "data-changed": changed }, settingWords(fieldAt(path), valueAt(policy, path)));
  const keepButton = el("button", { type: "button", class: "primary", onclick: keep }, "Put my edits on top of it");
  return {
    focus: keepButton,
    root: el("section", { class: "conflict", role: "alert", "aria-label": "Somebody else changed this policy" },
      el("p", {}, el("b", {}, `${theirs.changedBy || "Somebody"} changed this policy meanwhile`),
        ` (version ${theirs.version}, ${ago(theirs.changedAt)}). Nothing of yours was saved, and nothing is lost.`,
        clash.size === 0 ? " You changed different settings."
          : ` ${clash.size === 1 ? "One setting was" : `${clash.size} settings were`} changed by both.`),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "What differs" }, el("table", {},
        tableHead(["Setting", "It was", "Theirs, holds now", "Yours"]),
        el("tbody", {}, paths.map((path) => el("tr", { "data-clash": clash.has(path) },
          el("th", { scope: "row" }, clash.has(path) ? "⚠ " : "", labelOf(path)),
          cell(base, path, false), cell(theirs, path, others.some((other) => other.path === path)),
          cell(draft, path, mine.some((own) => own.path === path))))))),
      el("div", { class: "question" }, keepButton, el("button", { type: "button", onclick: drop }, "Take theirs, drop my edits"))),
  };
}
