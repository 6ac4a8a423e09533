// One field of a form, with its label, a note, and what is wrong with it.

import { el, setAttribute, setText } from "../lib/dom.js";

const UNITS = [["s", 1], ["min", 60], ["h", 3600], ["d", 86_400]];
let made = 0;

export class Entry {
  /**
   * @param {string} label
   * @param {HTMLElement} control the input or the choice
   * @param {(text: string) => unknown} read what is sent for what stands there; throws an `Error` that says what to mend
   * @param {{note?: string, beside?: Element[]}} [more] `beside` stands to the right of the control
   */
  constructor(label, control, read, { note = "", beside = [] } = {}) {
    const id = `entry-${made += 1}`;
    Object.assign(this, { control, read, note });
    control.id = id;
    setAttribute(control, "aria-describedby", `${id}-note`);
    this.words = el("p", { class: "entry-note", id: `${id}-note` }, note);
    this.root = el("div", { class: "entry" }, el("label", { for: id }, label),
      el("div", { class: "entry-controls" }, control, ...beside), this.words);
  }

  /** What is sent; `undefined` where nothing stands, for what the control plane takes then. */
  get value() {
    // What is no number at all stands in a field for numbers, but is not given.
    if (this.control.validity.badInput) throw new Error("Write a number.");
    const text = this.control.value.trim();
    return text === "" ? undefined : this.read(text);
  }

  /** Says what is wrong; `""` when nothing is. */
  complain(text) {
    this.problem = text;
    setAttribute(this.control, "aria-invalid", text ? "true" : null);
    this.#write();
  }

  /** Changes what stands below. */
  annotate(note) {
    this.note = note;
    this.#write();
  }

  #write() {
    setAttribute(this.words, "data-tone", this.problem ? "bad" : null);
    setText(this.words, this.problem || this.note);
  }
}

/**
 * A whole number.
 * @param {string} label
 * @param {{least: number, most?: number, value: number, note?: string}} options
 */
export function wholeNumber(label, { least, most = Number.MAX_SAFE_INTEGER, value, note }) {
  const input = el("input", { type: "number", inputmode: "numeric", min: least, step: "1", value, autocomplete: "off" });
  return new Entry(label, input, (text) => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new Error(most === Number.MAX_SAFE_INTEGER ? `Write a whole number, at least ${least.toLocaleString("en")}.`
        : `Write a whole number, ${least.toLocaleString("en")} to ${most.toLocaleString("en")}.`);
    }
    return number;
  }, { note });
}

/**
 * A time with its unit; it is sent in seconds.
 * @param {string} label
 * @param {{value?: number, unit: string, note?: string}} options
 */
export function duration(label, { value = "", unit, note }) {
  const units = el("select", { "aria-label": `${label}, unit` }, UNITS.map(([name]) => el("option", { value: name }, name)));
  units.value = unit;
  const input = el("input", { type: "number", inputmode: "decimal", min: "0", step: "any", value, autocomplete: "off" });
  return new Entry(label, input, (text) => {
    const seconds = Number(text) * UNITS.find(([name]) => name === units.value)[1];
    if (!(seconds > 0) || !Number.isFinite(seconds)) throw new Error("Write a time above 0.");
    return Number(seconds.toPrecision(12));
  }, { note, beside: [units] });
}

/**
 * A choice of names.
 * @param {string} label
 */
export const choice = (label) => new Entry(label, el("select"), (text) => text);
