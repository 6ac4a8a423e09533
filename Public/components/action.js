// A button that does something to the fleet, with its outcome in words beside it and the curl line that does the same.

import { request } from "../lib/api.js";
import { curl } from "../lib/curl.js";
import { el, setText } from "../lib/dom.js";
import { curlLine } from "./curl-line.js";

/**
 * @typedef {{method: string, path: string, body?: unknown, headers?: Record<string, string>}} Target
 * @param {object} options
 * @param {string} options.label what the button says
 * @param {() => Target} options.target what is asked for now
 * @param {() => void} [options.check] throws an `Error` whose message says what to mend before anything is asked for
 * @param {(answer: any) => string | (string | Node)[]} options.done the words for the answer's body
 * @param {(problem: Error) => string} [options.refused] the words for what went wrong, once it stands at the fields it is about
 * @param {string | null} [options.confirm] words that ask before doing it, for what cannot be undone
 * @param {string | null} [options.tone]
 * @param {boolean} [options.primary] whether it is what people come for
 * @param {Element[]} [options.fields] stand above the button
 * @param {Element[]} [options.beside] stand beside it
 */
export function action({ label, target, check = () => {}, done, refused = ({ message }) => message, confirm = null, tone = null,
  primary = false, fields = [], beside = [] }) {
  const outcome = el("p", { class: "outcome", role: "status" });
  const line = curlLine("");
  const button = el("button", { type: confirm ? "button" : "submit", class: primary ? "primary" : null, "data-tone": tone,
    onclick: () => confirm && ask(true) }, label);
  const question = confirm && el("div", { class: "question", hidden: true },
    el("p", {}, confirm),
    el("button", { type: "submit", "data-tone": "bad" }, label.replace("…", "")),
    el("button", { type: "button", onclick: () => ask(false) }, "Keep it"));
  const root = el("form", { class: "action", novalidate: true, onsubmit: submit, oninput: refresh },
    fields.length > 0 && el("div", { class: "row" }, fields), el("div", { class: "action-buttons" }, button, ...beside, line.root),
      question, outcome);

  function ask(open) {
    question.hidden = !open;
    button.hidden = open;
    (open ? question.querySelector("button") : button).focus();
  }

  function refresh() {
    const { method, path, body, headers } = target();
    line.set(curl(method, path, body, headers));
  }

  async function submit(event) {
    event.preventDefault();
    const submitter = event.submitter ?? button;
    const focused = document.activeElement === submitter;
    say("", "soft");
    try {
      check();
      const { method, path, body, headers } = target();
      submitter.disabled = true;
      say("Asked for …", "soft");
      const { value } = await request(method, path, body, { headers });
      say(done(value), "good");
      if (confirm) ask(false);
    } catch (problem) {
      say(refused(problem), "bad");
    } finally {
      submitter.disabled = false;
      // A button that is disabled loses the focus; whoever works with the keyboard gets it back.
      if (focused && document.activeElement === document.body) submitter.focus();
    }
  }

  function say(words, mood) {
    outcome.dataset.tone = mood;
    if (typeof words === "string") setText(outcome, words);
    else outcome.replaceChildren(...words);
  }

  refresh();
  return { root, button, refresh, say, relabel: (text) => setText(button, text) };
}
