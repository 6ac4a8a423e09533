// The list of keys.

import { el } from "../lib/dom.js";
import { bound, keysAreOn, switchKeys } from "../lib/keys.js";
import { closeButton } from "./panel.js";

let dialog = null;

/** Opens the list. */
export default function open() {
  dialog ??= make();
  dialog.showModal();
}

function make() {
  const made = el("dialog", { class: "card", "aria-labelledby": "keys-title" });
  const rows = [
    ...bound(), ["← ↑ → ↓", "On a host or a container: go to the next one"], ["Enter", "Open it"], ["Esc", "Close what is open"],
  ];
  const on = el("input", { type: "checkbox", id: "keys-on", checked: keysAreOn(), onchange: () => switchKeys(on.checked) });
  made.append(el("div", { class: "sheet-body" }, closeButton(made), el("h2", { id: "keys-title" }, "Keys"),
    el("dl", { class: "keys" }, rows.map(([keys, words]) => [
      el("dt", {}, keys.split(" ").map((key) => el("kbd", {}, key))), el("dd", {}, words),
    ]).flat()),
    el("label", { class: "check", for: "keys-on" }, on, " Single letters act")));
  made.addEventListener("click", (event) => event.target === made && made.close());
  document.body.append(made);
  return made;
}
