// Why a host was chosen or put aside, in words.

import { bytes, count } from "./format.js";

/** The rules that make probabilities of scores. */
export const drawRules = {
  softmax: { word: "softmax", meaning: "better scores are likelier, none is certain" },
  roulette: { word: "roulette", meaning: "likelihood in proportion to difference" },
  balanced: { word: "balanced", meaning: "all hosts are visited equally often in the long run" },
  mostDifferent: { word: "most different", meaning: "predictable; for experiments" },
  leastDifferent: { word: "least different", meaning: "predictable; for experiments" },
  uniform: { word: "uniform", meaning: "all hosts alike" },
};

/** The terms of a score, with what each means and whether it speaks for a host or against it. */
export const terms = [
  { key: "heterogeneity", sign: "α·Δ", word: "difference", meaning: "from the host it leaves", adds: true },
  { key: "knowledge", sign: "β·κ", word: "knowledge", meaning: "what attackers met earlier may know of it", adds: false },
  { key: "tenants", sign: "γ·ℓ", word: "tenants", meaning: "time already spent beside tenants there", adds: false },
  { key: "load", sign: "η·load", word: "load", meaning: "how full it is", adds: false },
  { key: "cost", sign: "ζ·cost", word: "cost", meaning: "how long moves to it took", adds: false },
];

/** A tenant, or `group:` and a trust group's name, in a sentence. */
export const partyWords = (party) => (party.startsWith("group:") ? `group ${party.slice(6)}` : `tenant ${party}`);

const REASONS = {
  sameHost: () => "the container is there already",
  notRequested: () => "another host was asked for",
  notReady: (state) => `it is ${state}`,
  wrongRole: (role) => `it is a ${role}`,
  runtimeMissing: (runtime) => `its agent cannot run ${runtime}`,
  criuMissing: () => "it has no CRIU that works",
  differentArchitecture: (architecture) => `its processors are ${architecture}`,
  processorFeaturesMissing: (features) => `its processors lack ${[features].flat().join(", ")}`,
  containersFull: (limit) => `it carries ${count(limit, "container")}, as many as it may`,
  memoryFull: (free) => `it has ${bytes(free)} of memory left for containers`,
  neverBeside: (party) => `it carries ${partyWords(party)}, which must not be beside this one`,
  besideImmovable: (party) => `it carries a container of ${partyWords(party)} that cannot be moved`,
  notAlone: () => "it carries containers of others, and this one is to be alone",
  suspectedTenant: (party) => `it carries ${partyWords(party)}, which is suspected`,
  relocating: () => "as many containers as may at once are coming to it or leaving it",
};

/**
 * A reason of an exclusion: `{"notReady": {"_0": "cordoned"}}`, or a plain word.
 * @param {string | Record<string, Record<string, unknown>>} reason
 */
export function exclusionWords(reason) {
  if (typeof reason === "string") return REASONS[reason]?.() ?? reason;
  const [name, values] = Object.entries(reason)[0] ?? ["unknown", {}];
  const value = values && typeof values === "object" ? Object.values(values)[0] : values;
  return REASONS[name]?.(value) ?? `${name}${value === undefined ? "" : ` ${value}`}`;
}
