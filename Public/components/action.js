// A button that does something to the fleet, with its outcome in words beside it and the curl line that does the same.

import { curl, request } from "../lib/api.js";
import { el, setText } from "../lib/dom.js";
import { curlLine } from "./bits.js";

/**
 * @param label   what the button says
 * @param target  gives `{method, path, body}` as they are now; may throw an `Error` whose message says what to mend
 * @param done    takes the answer's body and gives the words for it
 * @param confirm words that ask before doing it, for what cannot be undone
 */
export function action({ label, target, done, confirm = null, tone = null, fields = [] }) {
  const outcome = el("p", { class: "outcome", role: "status" });
  const line = curlLine("");
  const button = el("button", { type: confirm ? "button" : "submit", "data-tone": tone, onclick: () => confirm && ask(true) }, label);
  const question = confirm && el("div", { class: "question", hidden: true },
    el("p", {}, confirm),
    el("button", { type: "submit", "data-tone": "bad" }, label.replace("…", "")),
    el("button", { type: "button", onclick: () => ask(false) }, "Keep it"));
  const root = el("form", { class: "action", novalidate: true, onsubmit: submit, oninput: refresh },
    ...fields, button, question, line.root, outcome);

  function ask(open) {
    question.hidden = !open;
    button.hidden = open;
    (open ? question.querySelector("button") : button).focus();
  }

  function refresh() {
    try {
      const { method, path, body } = target();
      line.set(curl(method, path, body));
    } catch {
      // Half-typed input has no line yet; the last good one stays.
    }
  }

  async function submit(event) {
    event.preventDefault();
    const submitter = event.submitter ?? button;
    say("", "soft");
    try {
      const { method, path, body } = target();
      submitter.disabled = true;
      say("Asked for …", "soft");
      const { value } = await request(method, path, body);
      say(done(value), "good");
      if (confirm) ask(false);
    } catch (problem) {
      say(problem.message, "bad");
    } finally {
      submitter.disabled = false;
    }
  }

  function say(text, mood) {
    outcome.dataset.tone = mood;
    setText(outcome, text);
  }

  refresh();
  return { root, button, refresh, relabel: (text) => setText(button, text) };
}
