// The fleet as this page knows it, and what changed since the last frame.
//
// Events carry whole values, so applying one is a replacement, but for the progress of moves, which is put over what is known
// of the move. Every list is valid at an event number of its own:
// an event no newer than the list of its kind is already in it and is skipped. What changed is collected and handed
// out once per animation frame, so a hundred events cost one rendering.

import { list, request } from "./api.js";
import { describe } from "./words.js";

const KEPT_RELOCATIONS = 300;
const KEPT_ENTRIES = 200;
const MOST_HOSTS = 1000;
const MOST_CONTAINERS = 5000;
const MOST_OTHERS = 1000;
const PATIENCE_COUNTING = 10_000;

/** Whether a move has not ended. */
export const isOpen = (relocation) => ["queued", "running", "rollingBack"].includes(relocation.state);
/** Whether nothing really runs on a host. */
export const isSimulatedHost = (host) => host.facts.runtimes.length > 0 && host.facts.runtimes.every((kind) => kind === "simulated");
/** What tells alarms apart. */
export const alarmKey = (alarm) => `${alarm.kind} ${alarm.subject}`;

export class Fleet {
  hosts = new Map();
  tenants = new Map();
  containers = new Map();
  images = new Map();
  relocations = new Map();
  alarms = new Map();
  policies = new Map();
  paused = null;
  /** The last events in words, newest first. */
  entries = [];
  /** How many there are in all. This page takes in the first by name, and those that somebody looks at. */
  totals = { hosts: 0, containers: 0 };
  loaded = false;
  #isPart = { hosts: false, containers: false };
  #asked = new Set();
  /** At which event moves were asked for one by one. */
  #movesAt = new Map();
  #sought = new Set();
  #counting = 0;
  #validAt = {};
  #changes = freshChanges();
  #readers = [];
  #listeners = new Set();
  #frame = 0;

  /** Calls back once per frame with what changed: sets of names per kind, and `all` after lists were read. */
  subscribe(reader) {
    this.#readers.push(reader);
  }

  /**
   * Calls back with each event as it came.
   * @param {(kind: string, event: any) => void} listener
   * @returns {() => void} ends it
   */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The name of the policy that holds for a container. */
  policyOf(container) {
    return container.policy ?? this.tenants.get(container.tenant)?.policy ?? "default";
  }

  /** Whether there are more hosts, or containers, than this page takes in. */
  isPart(kind) {
    return this.#isPart[kind];
  }

  /** How many hosts, or containers, there are in all. */
  count(kind) {
    return this.#isPart[kind] ? Math.max(this.totals[kind], this[kind].size) : this[kind].size;
  }

  /**
   * Takes in a host or a container that was left out, and follows it from now on. Nothing happens when it is there.
   * @param {"hosts" | "containers"} kind
   * @param {string} name
   */
  async seek(kind, name) {
    const key = `${kind} ${name}`;
    if (!this.#isPart[kind] || this[kind].has(name) || this.#sought.has(key)) return;
    this.#sought.add(key);
    try {
      const { value } = await request("GET", `/v1/${kind}/${encodeURIComponent(name)}`);
      // An event that has come meanwhile is newer.
      if (!this[kind].has(name)) put(this[kind], name, value, this.#changes[kind]);
      this.#schedule();
    } catch {
      this.#sought.delete(key);
    }
  }

  /** The workers, in no order. */
  workers() {
    return [...this.hosts.values()].filter((host) => host.role !== "gateway");
  }

  /**
   * Reads every list.
   * @param {Promise<unknown>} [also] something to wait for, so that all is shown at once and nothing jumps
   * @returns {Promise<number>} the event number from which to follow
   */
  async load(also) {
    const [hosts, tenants, containers, images, relocations, alarms, policies, scheduler] = await Promise.all([
      list("/v1/hosts", MOST_HOSTS), list("/v1/tenants", MOST_OTHERS), list("/v1/containers", MOST_CONTAINERS),
      list("/v1/images", MOST_OTHERS), request("GET", "/v1/relocations?limit=50"), list("/v1/alarms", MOST_OTHERS),
      list("/v1/policies", MOST_OTHERS), request("GET", "/v1/scheduler"), also,
    ]);
    this.hosts = keyed(hosts.items, (host) => host.name);
    this.tenants = keyed(tenants.items, (tenant) => tenant.name);
    this.containers = keyed(containers.items, (container) => container.name);
    this.images = keyed(images.items, (image) => image.digest);
    this.relocations = keyed(relocations.value.items.toReversed(), (relocation) => relocation.id);
    this.alarms = keyed(alarms.items.filter((alarm) => !alarm.clearedAt), alarmKey);
    this.policies = keyed(policies.items, (policy) => policy.name);
    this.paused = scheduler.value.paused;
    this.totals = { hosts: hosts.total, containers: containers.total };
    this.#isPart = { hosts: hosts.total > hosts.items.length, containers: containers.total > containers.items.length };
    this.#sought.clear();
    this.#validAt = {
      host: hosts.index, hostForgotten: hosts.index, tenant: tenants.index, tenantRemoved: tenants.index,
      container: containers.index, containerRemoved: containers.index, image: images.index,
      relocation: relocations.index, progress: relocations.index, alarm: alarms.index, policy: policies.index,
      policyRemoved: policies.index, scheduler: scheduler.index,
    };
    if (!this.loaded) this.#seedEntries(relocations.value.items);
    this.loaded = true;
    this.#changes.all = true;
    this.#schedule();
    return Math.min(...Object.values(this.#validAt));
  }

  /** Takes one event. */
  apply(kind, event) {
    for (const listener of this.#listeners) listener(kind, event);
    if (event.sequence <= (this.#validAt[kind] ?? 0)) return;
    if (kind === "progress") this.#goOn(event);
    else this.#tell(kind, event[kind] ?? event, event);
  }

  #tell(kind, body, event) {
    const before = this.#store(kind, body);
    const entry = describe(kind, body, before);
    if (entry) this.#enter({ at: event.at, actor: event.actor, sequence: event.sequence, ...entry });
    this.#schedule();
  }

  /** Puts what is new of a move over what is known of it. Of a move that this page has not heard of all is asked for. */
  #goOn(event) {
    const { id, steps: news, ...fields } = event.progress;
    const before = this.relocations.get(id);
    if (event.sequence <= (this.#movesAt.get(id) ?? 0)) return;
    const steps = before ? [...before.steps] : [];
    for (const { position, ...step } of news) {
      if (position > steps.length) return this.#ask(id);
      steps[position] = step;
    }
    if (before) this.#tell("relocation", { ...before, ...fields, steps }, event);
    else this.#ask(id);
  }

  async #ask(id) {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    try {
      const { value, index } = await request("GET", `/v1/relocations/${id}`);
      // The event of its end may have come meanwhile.
      if (!this.relocations.has(id) || isOpen(this.relocations.get(id))) {
        this.#movesAt.set(id, index);
        this.#store("relocation", value);
        this.#schedule();
      }
    } catch {
      // The next event of it asks again.
    }
    this.#asked.delete(id);
  }

  /** Takes the answer to an action ahead of its event. */
  accept(relocation) {
    if (this.relocations.has(relocation.id)) return;
    this.#store("relocation", relocation);
    this.#schedule();
  }

  #store(kind, body) {
    const changes = this.#changes;
    switch (kind) {
    case "host": return this.#take("hosts", body);
    case "hostForgotten": return this.#lose("hosts", body);
    case "tenant": return put(this.tenants, body.name, body, changes.tenants);
    case "tenantRemoved": return drop(this.tenants, body.name, changes.tenants);
    case "container": return this.#take("containers", body);
    case "containerRemoved": return this.#lose("containers", body);
    case "image": return put(this.images, body.digest, body, changes.images);
    case "policy": return put(this.policies, body.name, body, changes.policies);
    case "policyRemoved": return drop(this.policies, body.name, changes.policies);
    case "alarm": return body.clearedAt
      ? drop(this.alarms, alarmKey(body), changes.alarms)
      : put(this.alarms, alarmKey(body), body, changes.alarms);
    case "relocation": {
      if (!isOpen(body)) this.#movesAt.delete(body.id);
      const before = put(this.relocations, body.id, body, changes.relocations);
      if (this.relocations.size > KEPT_RELOCATIONS) this.#forgetOldest();
      return before;
    }
    case "scheduler":
      this.paused = body.paused;
      changes.settings = true;
      return undefined;
    default: return undefined;
    }
  }

  /** What was left out stays out, unless somebody looks at it: otherwise all would come in, one by one. */
  #take(kind, body) {
    if (!this.#isPart[kind] || this[kind].has(body.name) || this.#sought.has(`${kind} ${body.name}`)) {
      return put(this[kind], body.name, body, this.#changes[kind]);
    }
    this.#recount(kind);
    return undefined;
  }

  #lose(kind, body) {
    if (this.#isPart[kind]) this.#recount(kind);
    return drop(this[kind], body.name, this.#changes[kind]);
  }

  /** Asks how many there are: what is left out may have come or gone. */
  #recount(kind) {
    this.#counting ||= setTimeout(async () => {
      this.#counting = 0;
      try {
        const { value } = await request("GET", `/v1/${kind}?limit=1`);
        this.totals[kind] = value.total ?? this.totals[kind];
        this.#changes.settings = true;
        this.#schedule();
      } catch {
        // The connection's state stands at the top of the page.
      }
    }, PATIENCE_COUNTING);
  }

  /** The map is in the order of first sight, so the first that has ended is as good as the oldest. */
  #forgetOldest() {
    for (const [id, relocation] of this.relocations) {
      if (isOpen(relocation)) continue;
      this.relocations.delete(id);
      return;
    }
  }

  #seedEntries(relocations) {
    const ended = relocations.filter((relocation) => relocation.endedAt)
      .sort((left, right) => Date.parse(left.endedAt) - Date.parse(right.endedAt));
    for (const relocation of ended) {
      const entry = describe("relocation", relocation, undefined);
      if (entry) this.#enter({ at: relocation.endedAt, actor: relocation.actor, sequence: null, ...entry });
    }
  }

  #enter(entry) {
    this.entries.unshift(entry);
    this.entries.length = Math.min(this.entries.length, KEPT_ENTRIES);
    this.#changes.entries += 1;
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      const changes = this.#changes;
      this.#changes = freshChanges();
      for (const reader of this.#readers) reader(changes);
    });
  }
}

const freshChanges = () => ({
  all: false, settings: false, entries: 0, hosts: new Set(), tenants: new Set(), containers: new Set(),
  images: new Set(), relocations: new Set(), alarms: new Set(), policies: new Set(),
});

const keyed = (items, key) => new Map(items.map((item) => [key(item), item]));

function put(map, key, value, changed) {
  const before = map.get(key);
  map.set(key, value);
  changed.add(key);
  return before;
}

function drop(map, key, changed) {
  const before = map.get(key);
  map.delete(key);
  changed.add(key);
  return before;
}
