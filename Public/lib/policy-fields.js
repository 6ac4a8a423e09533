// What a policy is made of, in words and ranges, and what differs between two of them.

/** The clocks, with what each does. */
export const CLOCKS = {
  jittered: "Random stay, bounded by t*. Cannot be foreseen. The usual choice.",
  deadline: "The paper’s clock: each stay lasts t*. Foreseeable after two moves.",
  cappedExponential: "Random stay with mean A, ended at t* at the latest.",
  exponential: "Random stay with mean A, without a bound.",
  periodic: "A fixed time, less a random part of it.",
  poissonTick: "What the paper prints: a Poisson probability is compared with T at each tick.",
  static: "Containers stay where they are.",
};

const DEFAULT_CLOCKS = {
  jittered: { threshold: 0.13 }, deadline: { threshold: 0.13 }, cappedExponential: { threshold: 0.13 }, exponential: {},
  periodic: { seconds: 300, jitter: 0.5 }, poissonTick: { threshold: 0.1, mean: 5, tickSeconds: 60, reading: "draw" }, static: {},
};

const DAY = 86_400;
const withThreshold = ["jittered", "deadline", "cappedExponential", "poissonTick"];

/**
 * @typedef {object} Field
 * @property {string} path where it stands in a policy
 * @property {string} label
 * @property {"duration" | "share" | "number" | "whole" | "choice" | "switch"} kind
 * @property {number} [least] of the slider
 * @property {number} [most] of the slider
 * @property {boolean} [log] whether the slider's steps grow with the value
 * @property {string} [none] what no value means; only fields that have it may be empty
 * @property {string} [unit]
 * @property {string} [help]
 * @property {string[]} [clocks] the clocks that have it; all without it
 * @property {boolean} [fleet] whether only policy `default` may set it
 */

/** @type {{title: string, words?: string, fields: Field[]}[]} */
export const SECTIONS = [
  {
    title: "When", fields: [
      { path: "assumedAttackSeconds", label: "Assumed attack time A", kind: "duration", least: 1, most: 30 * DAY, log: true,
        help: "How long an attacker is assumed to need beside its victim. Exposure is judged by it." },
      { path: "clock.model", label: "Clock", kind: "choice", choices: Object.keys(CLOCKS) },
      { path: "clock.threshold", label: "Tolerated probability T", kind: "share", least: 0.005, most: 0.95, clocks: withThreshold,
        help: "t* = −ln(1 − T)·A is when an attack has finished with this probability." },
      { path: "clock.seconds", label: "Stay", kind: "duration", least: 1, most: 30 * DAY, log: true, clocks: ["periodic"] },
      { path: "clock.jitter", label: "Random part", kind: "share", least: 0, most: 0.99, clocks: ["periodic"] },
      { path: "clock.mean", label: "Mean of the Poisson distribution", kind: "number", least: 0.5, most: 200, log: true,
        clocks: ["poissonTick"] },
      { path: "clock.tickSeconds", label: "Tick", kind: "duration", least: 0.1, most: DAY, log: true, clocks: ["poissonTick"] },
      { path: "clock.reading", label: "What k is", kind: "choice", choices: ["count", "draw"], clocks: ["poissonTick"] },
      { path: "dwell.minSeconds", label: "Shortest stay", kind: "duration", least: 1, most: 7 * DAY, log: true,
        none: "a few times what a move takes" },
      { path: "dwell.maxSeconds", label: "Longest stay", kind: "duration", least: 1, most: 30 * DAY, log: true,
        none: "only the clock’s own bound" },
    ],
  },
  {
    title: "What makes hosts different", words: "The three weights always add up to 1: moving one moves the others.", fields: [
      { path: "weights.configuration", label: "Configuration C", kind: "share", least: 0, most: 1,
        help: "Kernel, processor, distribution, runtime." },
      { path: "weights.network", label: "Network N", kind: "share", least: 0, most: 1, help: "Subnets, driver, firewall, zone." },
      { path: "weights.services", label: "Services S", kind: "share", least: 0, most: 1, help: "What listens and runs." },
    ],
  },
  {
    title: "Where to", fields: [
      { path: "placement.rule", label: "Draw", kind: "choice", choices: ["softmax", "roulette", "balanced", "uniform", "mostDifferent",
        "leastDifferent"] },
      { path: "placement.temperature", label: "Temperature τ", kind: "number", least: 0.01, most: 10, log: true,
        help: "The lower, the more the score decides." },
      { path: "placement.terms.heterogeneity", label: "Difference α", kind: "number", least: 0, most: 3,
        help: "For hosts unlike the one it leaves." },
      { path: "placement.terms.knowledge", label: "Knowledge β", kind: "number", least: 0, most: 3,
        help: "Against hosts like those that attackers may know." },
      { path: "placement.terms.tenants", label: "Tenants γ", kind: "number", least: 0, most: 3,
        help: "Against tenants it was beside for long." },
      { path: "placement.terms.load", label: "Load η", kind: "number", least: 0, most: 3, help: "Against full hosts." },
      { path: "placement.terms.cost", label: "Cost ζ", kind: "number", least: 0, most: 3, help: "Against hosts to which moves took long." },
      { path: "placement.entropyFloor", label: "Entropy floor", kind: "share", least: 0, most: 1,
        help: "How unpredictable the draw stays, as a share of an even one." },
      { path: "placement.maxShareFactor", label: "Largest share", kind: "number", least: 1, most: 20, log: true, unit: "× an even share" },
      { path: "placement.memorySeconds", label: "Memory", kind: "duration", least: 60, most: 7 * DAY, log: true,
        help: "How far back stays count." },
      { path: "placement.attackerShare", label: "Hosts with an attacker ĉ", kind: "share", least: 0, most: 1 },
      { path: "placement.skipIfAlone", label: "Stay while no other tenant is there", kind: "switch" },
    ],
  },
  {
    title: "How much at once", fields: [
      { path: "limits.concurrentInFleet", label: "In the fleet", kind: "whole", least: 1, most: 100, log: true, unit: "at once",
        fleet: true },
      { path: "limits.concurrentPerHost", label: "Per host", kind: "whole", least: 1, most: 20, unit: "at once", fleet: true },
      { path: "limits.concurrentPerTenant", label: "Per tenant", kind: "whole", least: 1, most: 20, unit: "at once" },
      { path: "limits.startsPerMinute", label: "Starts", kind: "whole", least: 1, most: 1000, log: true, unit: "a minute", none: "no limit",
        fleet: true },
      { path: "limits.downtimeSecondsPerHour", label: "Pauses of a tenant", kind: "number", least: 0.1, most: 600, log: true,
        unit: "s an hour", none: "no limit" },
      { path: "limits.prepareSeconds", label: "Make ready, at most", kind: "duration", least: 1, most: 600 },
      { path: "limits.checkpointSeconds", label: "Write down, at most", kind: "duration", least: 1, most: 600 },
      { path: "limits.restoreSeconds", label: "Bring back, at most", kind: "duration", least: 1, most: 600 },
    ],
  },
  {
    title: "Exposure in sum", words: "Short stays add up for an attack that goes on where it left off. In units of A.", fields: [
      { path: "exposure.windowFactor", label: "Window", kind: "number", least: 1, most: 100, log: true, unit: "A",
        help: "Of a second beside somebody that long ago 1/e counts." },
      { path: "exposure.groupFactor", label: "Beside one tenant or group", kind: "number", least: 0.1, most: 50, log: true, unit: "A",
        none: "no alarm", help: "From this sum on an alarm stands." },
      { path: "exposure.strangersFactor", label: "Beside strangers as a whole", kind: "number", least: 0.1, most: 50, log: true,
        unit: "A", none: "no alarm", help: "What somebody on all hosts under several names has had." },
    ],
  },
  {
    title: "Images", words: "Who shares a page of a file in a host’s memory sees when others read it. Not for Docker’s images.", fields: [
      { path: "images.sharing", label: "Files are shared by", kind: "choice", choices: ["fleet", "tenant", "none"],
        help: "fleet: all containers. tenant: those of one tenant. none: each has its own. From the next start on." },
    ],
  },
  {
    title: "Connections", words: "Clients that have connected and that the container’s program has not accepted cannot be carried.",
    fields: [
      { path: "connections.acceptSeconds", label: "Wait for the program to accept", kind: "duration", least: 0, most: 600 },
      { path: "connections.acceptQueue", label: "Then", kind: "choice", choices: ["reset", "wait"],
        help: "reset: the move goes on, and those clients are reset. wait: the move is given up." },
    ],
  },
];

const FIELDS = SECTIONS.flatMap((section) => section.fields);
const byPath = new Map(FIELDS.map((field) => [field.path, field]));

/** The field at a path, or the one that a longer or shorter path is about. */
export const fieldAt = (path) => byPath.get(path) ?? FIELDS.find((field) => field.path.startsWith(`${path}.`)) ?? null;

/** What the field at a path is called. */
export const labelOf = (path) => byPath.get(path)?.label ?? path;

/** What stands at a path; `null` where nothing does. */
export const valueAt = (policy, path) => path.split(".").reduce((value, key) => value?.[key], policy) ?? null;

/** A copy of a policy with another value at a path. */
export function withValue(policy, path, value) {
  const copy = structuredClone(policy);
  const keys = path.split(".");
  const last = keys.pop();
  const place = keys.reduce((object, key) => (object[key] ??= {}), copy);
  place[last] = value;
  // A clock of another model has other fields.
  if (path === "clock.model" && value !== policy.clock.model) copy.clock = { model: value, ...DEFAULT_CLOCKS[value],
    ...kept(policy.clock, value) };
  return copy;
}

const kept = (clock, model) => {
  const keys = Object.keys(DEFAULT_CLOCKS[model]).filter((key) => clock[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, clock[key]]));
};

/** The part of a policy's answer that can be set. */
export const settable = ({ assumedAttackSeconds, clock, dwell, weights, placement, limits, connections, exposure, images }) =>
  structuredClone({ assumedAttackSeconds, clock, dwell, weights, placement, limits, connections, exposure, images });

/**
 * The paths at which two policies differ.
 * @returns {{path: string, before: unknown, after: unknown}[]}
 */
export function differences(before, after) {
  return FIELDS.map(({ path }) => ({ path, before: valueAt(before, path), after: valueAt(after, path) }))
    .filter(({ before: left, after: right }) => !same(left, right));
}

const same = (left, right) => left === right || (typeof left === "number" && typeof right === "number"
  && Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left)));

/** What has to be sent to make one policy of another: only what differs, but weights and a new clock as a whole. */
export function document(before, after) {
  const changes = {};
  for (const { path } of differences(before, after)) {
    if (path.startsWith("weights.")) changes.weights = after.weights;
    else if (path.startsWith("clock.") && before.clock.model !== after.clock.model) changes.clock = after.clock;
    else {
      const keys = path.split(".");
      const last = keys.pop();
      keys.reduce((object, key) => (object[key] ??= {}), changes)[last] = valueAt(after, path);
    }
  }
  return changes;
}

/** The edits made to one version, made to another one instead. */
export function rebase(edits, onto) {
  let policy = structuredClone(onto);
  for (const { path, after } of edits) if (path === "clock.model") policy = withValue(policy, path, after);
  for (const { path, after } of edits) {
    // Fields of a clock that is not the clock any more have no value.
    if (!path.startsWith("clock.") || (after !== null && valueAt(policy, path) !== null)) policy = withValue(policy, path, after);
  }
  return policy;
}

/** Other weights when one of them is moved: they share what is left in proportion, and the sum stays 1. */
export function balanced(weights, key, value) {
  const others = Object.keys(weights).filter((name) => name !== key);
  const rest = 1 - value;
  const sum = others.reduce((total, name) => total + weights[name], 0);
  const first = Math.round(1000 * (sum > 0 ? (weights[others[0]] / sum) * rest : rest / 2)) / 1000;
  return { ...weights, [key]: value, [others[0]]: first, [others[1]]: Math.round(1e6 * (rest - first)) / 1e6 };
}
