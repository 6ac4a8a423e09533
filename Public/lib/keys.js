// Keys for those who keep their hands on the keyboard. Single letters can be switched off, since some ways of typing,
// such as speech, send letters that nobody meant as keys (WCAG 2.1.4).

const STORE = "relocate.keys";
const CHORD = 1200; // milliseconds within which `g` waits for its second key
const bindings = new Map();
let pending = "";
let timer = 0;

/**
 * Makes a key, or two of them in a row such as `g f`, do something.
 * @param {string} keys
 * @param {string} words what it does, for the list of keys
 * @param {() => void} act
 */
export const bind = (keys, words, act) => bindings.set(keys, { words, act });

/** Every key with what it does, in the order in which they were bound. */
export const bound = () => [...bindings].map(([keys, { words }]) => [keys, words]);

/** Whether single letters act. */
export function keysAreOn() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

/** Switches single letters on or off, for this browser. */
export function switchKeys(on) {
  try {
    localStorage.setItem(STORE, on ? "on" : "off");
  } catch {
    // Without a store the choice lasts as long as the page.
  }
}

addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable]") || document.querySelector("dialog[open]")) return;
  if (!keysAreOn() && event.key !== "?") return;
  const typed = pending ? `${pending} ${event.key}` : event.key;
  clearTimeout(timer);
  pending = "";
  const binding = bindings.get(typed) ?? bindings.get(event.key);
  if (binding) {
    event.preventDefault();
    binding.act();
  } else if ([...bindings.keys()].some((keys) => keys.startsWith(`${event.key} `))) {
    pending = event.key;
    timer = setTimeout(() => (pending = ""), CHORD);
  }
});
