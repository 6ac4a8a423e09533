// One setting: a slider and a number with its unit, or a choice, with help and what is wrong with it.

import { el, setAttribute, setText } from "../lib/dom.js";
import { CLOCKS, fieldAt } from "../lib/policy-fields.js";
import { drawRules } from "../lib/decision-words.js";

const STEPS = 1000;
const UNITS = [["s", 1], ["min", 60], ["h", 3600], ["d", 86400]];
const CHOICE_WORDS = { ...CLOCKS, ...Object.fromEntries(Object.entries(drawRules).map(([key, { meaning }]) => [key, meaning])),
  count: "The number of ticks since the arrival", draw: "A number drawn at each tick" };
let made = 0;

export class Setting {
  /**
   * @param {import("../lib/policy-fields.js").Field} field
   * @param {(value: unknown) => void} changed
   */
  constructor(field, changed) {
    this.field = field;
    this.changed = changed;
    const id = `setting-${made += 1}`;
    this.note = el("p", { class: "setting-note", id: `${id}-note` });
    this.mark = el("span", { class: "changed-mark", hidden: true }, "changed");
    const label = el("div", { class: "setting-label" }, el("label", { for: id }, field.label), " ", this.mark);
    const make = { choice: () => this.#choice(id), switch: () => this.#switch(id) }[field.kind] ?? (() => this.#number(id));
    this.controls = make();
    this.root = el("div", { class: "setting", "data-kind": field.kind }, label, this.controls, this.note);
    setText(this.note, field.help ?? "");
  }

  /** Shows a value; what somebody is typing stays. */
  set(value) {
    this.value = value;
    if (this.field.kind === "choice") {
      this.input.value = value ?? "";
      if (!this.problem) setText(this.note, CHOICE_WORDS[value] ?? "");
      return;
    }
    if (this.field.kind === "switch") {
      this.input.checked = Boolean(value);
      return;
    }
    if (this.none) {
      this.none.checked = value === null;
      this.input.disabled = this.slider.disabled = value === null || this.locked === true;
      if (this.unit) this.unit.disabled = this.input.disabled;
    }
    if (value === null) {
      this.input.value = "";
      return;
    }
    if (document.activeElement !== this.input) this.#writeNumber(value);
    this.slider.value = String(Math.round(this.#position(value) * STEPS));
    setAttribute(this.slider, "aria-valuetext",
      `${this.input.value} ${this.unit?.selectedOptions[0]?.text ?? this.field.unit ?? (this.field.kind === "share" ? "percent" : "")}`);
  }

  /** Says what is wrong; "" when nothing is. */
  complain(text) {
    this.problem = text;
    setAttribute(this.input, "aria-invalid", text ? "true" : null);
    setAttribute(this.note, "data-tone", text ? "bad" : null);
    setText(this.note, text || (this.field.kind === "choice" ? CHOICE_WORDS[this.value] ?? "" : this.field.help ?? ""));
  }

  /** Marks it as different from what holds. */
  marked(different) {
    this.mark.hidden = !different;
  }

  /** Makes it unchangeable, with the reason. */
  lock(reason) {
    this.locked = true;
    for (const control of this.controls.querySelectorAll("input, select")) control.disabled = true;
    setText(this.note, reason);
  }

  #choice(id) {
    this.input = el("select", { id, "aria-describedby": `${id}-note`, onchange: () => this.changed(this.input.value) },
      this.field.choices.map((value) => el("option", { value }, drawRules[value]?.word ?? value)));
    return el("div", { class: "setting-controls" }, this.input);
  }

  #switch(id) {
    this.input = el("input", { id, type: "checkbox", "aria-describedby": `${id}-note`, onchange: () => this.changed(this.input.checked) });
    return el("div", { class: "setting-controls" }, this.input);
  }

  #number(id) {
    const { kind, label, none, unit } = this.field;
    this.input = el("input", { id, type: "number", step: "any", inputmode: "decimal", "aria-describedby": `${id}-note`,
      oninput: () => this.#typed() });
    this.input.addEventListener("blur", () => typeof this.value === "number" && this.#writeNumber(this.value));
    this.slider = el("input", { type: "range", min: "0", max: String(STEPS), "aria-label": `${label}, slider`,
      oninput: () => this.#slid() });
    const parts = [this.slider, this.input];
    if (kind === "duration") {
      this.unit = el("select", { "aria-label": `${label}, unit`, onchange: () => this.#typed() },
        UNITS.map(([name]) => el("option", { value: name }, name)));
      parts.push(this.unit);
    } else {
      parts.push(el("span", { class: "setting-unit" }, kind === "share" ? "%" : unit ?? ""));
    }
    if (none) {
      this.none = el("input", { type: "checkbox", onchange: () => this.changed(this.none.checked ? null : this.#start()) });
      parts.push(el("label", { class: "check" }, this.none, ` ${none}`));
    }
    return el("div", { class: "setting-controls" }, parts);
  }

  /** Where a setting that had no value begins. */
  #start() {
    const { least, most, log, kind } = this.field;
    const middle = log ? Math.sqrt(least * most) : (least + most) / 2;
    return kind === "whole" ? Math.round(middle) : Number(middle.toPrecision(2));
  }

  #typed() {
    const number = Number(this.input.value);
    if (this.input.value === "" || !Number.isFinite(number)) return this.complain("Write a number.");
    const factor = this.field.kind === "share" ? 0.01 : this.unit ? UNITS.find(([name]) => name === this.unit.value)[1] : 1;
    return this.changed(Number((number * factor).toPrecision(12)));
  }

  #slid() {
    const { least, most, log, kind } = this.field;
    const share = Number(this.slider.value) / STEPS;
    const value = log ? least * (most / least) ** share : least + (most - least) * share;
    const rounded = kind === "whole" ? Math.round(value) : kind === "share"
      ? Math.round(value * 1000) / 1000 : Number(value.toPrecision(value >= 100 ? 3 : 2));
    this.changed(rounded);
  }

  #position(value) {
    const { least, most, log } = this.field;
    const within = Math.min(most, Math.max(least, value));
    return log ? Math.log(within / least) / Math.log(most / least) : (within - least) / (most - least);
  }

  #writeNumber(value) {
    if (this.field.kind === "share") this.input.value = String(Number((value * 100).toPrecision(6)));
    else if (this.unit) {
      // The largest unit that keeps the number readable; the one that was chosen stays while it does.
      const chosen = UNITS.find(([name]) => name === this.unit.value);
      const fits = ([, size]) => value / size >= 1 && Number.isInteger(Number((value / size * 10).toFixed(6)));
      const [name, size] = this.typed && fits(chosen) ? chosen : UNITS.findLast(fits) ?? UNITS[0];
      this.unit.value = name;
      this.input.value = String(Number((value / size).toPrecision(6)));
    } else this.input.value = String(Number(value.toPrecision(6)));
  }
}

/** A setting's value in words, with its unit. */
export function settingWords(field, value) {
  if (value === null || value === undefined) return field?.none ?? "none";
  switch (field?.kind) {
  case "duration": return durationWords(value);
  case "share": return `${Number((value * 100).toPrecision(6))} %`;
  case "switch": return value ? "yes" : "no";
  case "choice": return drawRules[value]?.word ?? String(value);
  default: return `${typeof value === "number" ? Number(value.toPrecision(6)) : value}${field?.unit ? ` ${field.unit}` : ""}`;
  }
}

/** An edit in words: what it is about, before and after. */
export function editWords({ path, before, after }) {
  const field = fieldAt(path);
  return `${field?.label ?? path} ${settingWords(field, before)} → ${settingWords(field, after)}`;
}

/** Seconds in the largest unit that keeps the number short: `2,154 s`, `5 min`, `1.5 h`. */
export function durationWords(seconds) {
  const [name, size] = UNITS.findLast(([, size]) => seconds / size >= 1
    && Number.isInteger(Number((seconds / size * 10).toFixed(6)))) ?? UNITS[0];
  return `${Number((seconds / size).toPrecision(4)).toLocaleString("en")} ${name}`;
}

/** Seconds roughly, for the ticks of an axis: `18 min`, `4.5 h`. */
export function roughly(seconds) {
  const [name, size] = UNITS.findLast(([, size]) => seconds >= size) ?? UNITS[0];
  return `${Number((seconds / size).toPrecision(2))} ${name}`;
}
