// The line for a shell that does what a button does.

import { el, setText } from "../lib/dom.js";

/**
 * The line, with a button that copies it, behind a word that shows it.
 * @param {string} text
 * @param {string} [tool] what the line calls
 * @returns {{root: HTMLElement, set: (text: string) => void}}
 */
export function curlLine(text, tool = "curl") {
  const code = el("code", { tabindex: "0", role: "textbox", "aria-readonly": "true", "aria-label": `The same with ${tool}` }, text);
  const button = el("button", { type: "button", class: "small", onclick: () => copy() }, "Copy");
  async function copy() {
    let copied = false;
    try {
      await navigator.clipboard.writeText(code.textContent);
      copied = true;
    } catch {
      // Without a secure origin there is no clipboard interface: select the text and ask the document.
      getSelection().selectAllChildren(code);
      copied = document.execCommand("copy");
    }
    setText(button, copied ? "Copied" : "Select and copy by hand");
    setTimeout(() => setText(button, "Copy"), 2000);
  }
  return {
    root: el("details", { class: "shell" }, el("summary", {}, tool), el("div", { class: "curl" }, code, button)),
    set: (line) => setText(code, line),
  };
}
