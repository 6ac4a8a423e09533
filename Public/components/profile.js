// What a host is made of, by group: configuration, network, services.

import { el } from "../lib/dom.js";

const GROUPS = [["configuration", "Configuration (C)"], ["network", "Network (N)"], ["services", "Services (S)"]];

/**
 * The profile with what an operator says by labels, as the control plane counts it.
 * @param {any} host
 * @returns {Record<string, Record<string, unknown>>}
 */
export function profileOf(host) {
  const profile = { configuration: {}, network: {}, services: {}, ...structuredClone(host.facts.profile ?? {}) };
  for (const [label, text] of Object.entries(host.labels ?? {})) {
    const [first, group, ...rest] = label.split(".");
    const name = rest.join(".");
    if (first !== "profile" || !profile[group] || !name) continue;
    if (text === "") delete profile[group][name];
    else profile[group][name] = text;
  }
  return profile;
}

/** The profile as lists, each group closed until it is asked for but the first. */
export function profileView(profile) {
  return el("div", { class: "profile" }, GROUPS.map(([key, title], index) => {
    const entries = Object.entries(profile[key] ?? {}).sort(([left], [right]) => left.localeCompare(right));
    return el("details", { open: index === 0 }, el("summary", {}, `${title}: ${entries.length || "nothing known"}`),
      el("dl", { class: "facts" }, entries.map(([name, value]) => [el("dt", {}, name), el("dd", {}, valueNodes(value))]).flat()));
  }));
}

function valueNodes(value) {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return [value.join(", ") || "none"];
  const lines = Object.entries(value).map(([key, text]) => el("span", { class: "pair" }, el("span", { class: "soft" }, `${key} `), text));
  return lines.length ? lines.flatMap((line) => [line, " "]) : ["none"];
}
