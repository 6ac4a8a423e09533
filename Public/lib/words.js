// States and events in words. Each state has a sign besides its colour.

import { count, isNumber, milliseconds } from "./format.js";

export const hostStates = {
  ready: { sign: "✓", tone: "good", word: "ready" },
  cordoned: { sign: "⊘", tone: "warn", word: "cordoned", meaning: "containers stay, none may come" },
  draining: { sign: "⇥", tone: "warn", word: "draining", meaning: "containers are being moved away" },
  unreachable: { sign: "✕", tone: "bad", word: "unreachable", meaning: "its agent is not heard" },
  lost: { sign: "⚠", tone: "bad", word: "lost", meaning: "declared off for good and cut off; it is not let in before it is readmitted" },
};

export const containerStates = {
  running: { sign: "✓", tone: "good", word: "running" },
  relocating: { sign: "⇢", tone: "move", word: "moving" },
  starting: { sign: "…", tone: "soft", word: "starting" },
  stopping: { sign: "–", tone: "soft", word: "being stopped" },
  stopped: { sign: "■", tone: "warn", word: "stopped" },
  stranded: { sign: "⚠", tone: "bad", word: "stranded", meaning: "it runs nowhere; its dump is kept" },
  failed: { sign: "✕", tone: "bad", word: "failed" },
  lost: { sign: "⚠", tone: "bad", word: "lost", meaning: "its host was lost, and its memory with it" },
  removing: { sign: "–", tone: "soft", word: "being removed" },
};

export const relocationStates = {
  queued: { sign: "…", tone: "soft", word: "queued", meaning: "waits for its turn" },
  running: { sign: "⇢", tone: "move", word: "running" },
  rollingBack: { sign: "↶", tone: "warn", word: "rolling back", meaning: "what was done is being undone" },
  completed: { sign: "✓", tone: "good", word: "completed" },
  failed: { sign: "✕", tone: "bad", word: "failed", meaning: "given up; the container never stopped" },
  rolledBack: { sign: "↶", tone: "warn", word: "rolled back", meaning: "it runs on its source again" },
  stranded: { sign: "⚠", tone: "bad", word: "stranded", meaning: "it runs nowhere; its dump is kept" },
  cancelled: { sign: "⊘", tone: "soft", word: "cancelled", meaning: "stopped before the freeze" },
  lost: { sign: "⚠", tone: "bad", word: "lost", meaning: "one of its hosts was lost, and the container with it" },
};

export const stepStates = {
  sent: { sign: "⇢", tone: "move", word: "under way" },
  succeeded: { sign: "✓", tone: "good", word: "done" },
  failed: { sign: "✕", tone: "bad", word: "failed" },
  lost: { sign: "?", tone: "warn", word: "no answer" },
};

/** The way of a move that goes well, and the steps that undo it. */
export const forwardSteps = ["prepare", "arm", "hush", "settle", "steer", "checkpoint", "restore", "release", "announce",
  "seal", "retire"];

export const stepMeanings = {
  prepare: "destination: network and files are made ready",
  arm: "source: the checkpoint worker is started",
  hush: "gateway: new connections wait at the destination; open ones go on",
  settle: "source: the program accepts who has connected; closing connections end",
  steer: "gateway: packets go to the destination and wait there",
  checkpoint: "source: freeze, dump, end",
  restore: "destination: restore, held before the first instruction",
  part: "gateway: connections that are only being closed stay with the source",
  release: "destination: run, and deliver the packets that waited",
  announce: "gateway: new connections go to the new address",
  seal: "destination: refuse new connections to old addresses",
  retire: "source: remove what was left",
  steerBack: "gateway: packets go to the source again",
  abandon: "destination: remove what was restored",
  revive: "source: restore from the same dump and run",
  disarm: "source: end what was made ready for the dump",
};

export const triggers = { operator: "operator", alert: "alert", drain: "drain", clock: "clock" };

export const alarmKinds = {
  stranded: "Container runs nowhere",
  unreachable: "Host is not heard",
  hostLost: "Host is off for good",
  lost: "Container was lost with its host",
  exited: "Container ended by itself",
  immovable: "Container does not let itself be moved",
  heldUp: "Its move waits beyond the deadline",
  noFeasibleHost: "No host may take it",
  stepPending: "A step is repeated without success",
  leftover: "A move left something behind",
  exposure: "Beside a stranger for too long",
  strangers: "Beside strangers for too long in all",
  monoculture: "Hosts are too much alike",
  trackingFull: "No room for more connections",
};

/** A state that this page does not know yet is shown under its own name. */
export const meaning = (table, state) => table[state] ?? { sign: "•", tone: "soft", word: String(state) };

/** What went wrong, in one sentence. */
export function failureWords(failure) {
  if (!failure) return "";
  return failure.toolMessage ? `${failure.message} (${failure.toolMessage})` : failure.message;
}

/** From the first step to the end, in milliseconds; `null` while it is not known. */
export function totalMilliseconds(relocation) {
  return relocation.startedAt && relocation.endedAt ? Date.parse(relocation.endedAt) - Date.parse(relocation.startedAt) : null;
}

/** A move may be cancelled until the source is told to freeze. */
export const isCancellable = (relocation) =>
  (relocation.state === "queued" || relocation.state === "running")
  && !relocation.steps.some((step) => step.kind === "checkpoint");

/** An event as a line of the record, or `null` when it says nothing new to a person. */
export function describe(kind, body, before) {
  switch (kind) {
  case "host": return hostWords(body, before);
  case "hostForgotten": return line(`Host ${body.name} was forgotten`);
  case "tenant": return before ? null : line(`Tenant ${body.name} was added`);
  case "tenantRemoved": return line(`Tenant ${body.name} was removed`);
  case "container": return containerWords(body, before);
  case "containerRemoved": return line(`Container ${body.name} was removed`);
  case "relocation": return relocationWords(body, before);
  case "policy": return line(`Policy ${body.name} was ${before || body.name === "default" ? "changed" : "added"}`);
  case "policyRemoved": return line(`Policy ${body.name} was removed`);
  case "image": return before ? null : line(`Image ${body.names[0] ?? body.digest} was imported`);
  case "scheduler": return line(body.paused ? "The scheduler was paused" : "The scheduler was resumed", body.paused ? "warn" : "good");
  case "alarm": {
    const title = alarmKinds[body.kind] ?? body.kind;
    return body.clearedAt
      ? line(`Alarm over: ${title}, ${body.subject}`, "good")
      : line(`Alarm: ${title}, ${body.subject}. ${body.message}`, "bad");
  }
  case "refused": return line(`Refused: ${body.action} ${body.subject}. ${body.reason}`, "warn");
  default: return null;
  }
}

const line = (text, tone = "soft", panel = null) => ({ text, tone, panel });

function hostWords(host, before) {
  const panel = `host:${host.name}`;
  if (!before) return line(`Host ${host.name} enrolled`, "good", panel);
  if (before.state !== host.state) {
    const { word, tone } = meaning(hostStates, host.state);
    return line(`Host ${host.name} is ${word}`, tone, panel);
  }
  const found = host.facts.problems.length;
  if (found !== before.facts.problems.length) {
    return line(found ? `Host ${host.name} reports ${count(found, "problem")}` : `Host ${host.name} has no problems any more`,
      found ? "warn" : "good", panel);
  }
  return null;
}

function containerWords(container, before) {
  const panel = `container:${container.name}`;
  if (!before) return line(`Container ${container.name} was created for ${container.tenant}`, "good", panel);
  if (before.mobility.state !== container.mobility.state && container.mobility.state === "immovable") {
    return line(`Container ${container.name} cannot be moved: ${container.mobility.reason}`, "warn", panel);
  }
  // Moves tell their own story.
  if (before.state === container.state || [before.state, container.state].includes("relocating")) return null;
  const { word, tone } = meaning(containerStates, container.state);
  const detail = container.stateDetail ? `: ${container.stateDetail}` : container.host ? ` on ${container.host}` : "";
  return line(`Container ${container.name} is ${word}${detail}`, tone, panel);
}

function relocationWords(relocation, before) {
  if (before?.state === relocation.state || relocation.state === "running") return null;
  const panel = `relocation:${relocation.id}`;
  const { word, tone } = meaning(relocationStates, relocation.state);
  const { container, source } = relocation;
  const destination = relocation.destination ?? "a host to be chosen";
  switch (relocation.state) {
  case "queued":
    return relocation.trigger === "clock" ? null : line(`Move ${relocation.id}: ${container} is to leave ${source}`, tone, panel);
  case "completed": {
    const pause = !isNumber(relocation.pauseMilliseconds) ? "" : `, pause ${milliseconds(relocation.pauseMilliseconds)}`;
    return line(`Move ${relocation.id}: ${container} went ${source} → ${destination}${pause}`, tone, panel);
  }
  default: {
    const why = failureWords(relocation.failure);
    return line(`Move ${relocation.id} of ${container}, ${source} → ${destination}: ${word}${why ? `. ${why}` : ""}`, tone, panel);
  }
  }
}
