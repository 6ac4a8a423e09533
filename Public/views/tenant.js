// One tenant: its containers, its policy, and beside whom it must never be.

import { action } from "../components/action.js";
import { badge, routeLink, tint } from "../components/bits.js";
import { Facts } from "../components/facts.js";
import { request, withQuery } from "../lib/api.js";
import { el, setText } from "../lib/dom.js";
import { ago, byName } from "../lib/format.js";
import { clean } from "../lib/route.js";

const MOST_LINKS = 60;

export default class TenantPanel {
  constructor({ fleet, name }) {
    this.fleet = fleet;
    this.name = name;
    const path = `/v1/tenants/${encodeURIComponent(name)}`;
    this.heading = el("h2", { id: "panel-title", class: "panel-title" }, name);
    this.badges = el("p", { class: "badges" });
    this.detail = el("p", { class: "soft" });
    this.facts = new Facts([
      ["Containers", ({ containers, total }) => (containers.length
        ? [...containers.slice(0, MOST_LINKS).flatMap((other) => [", ", { text: other, panel: `container:${other}` }]).slice(1),
          total > MOST_LINKS ? ` and ${(total - MOST_LINKS).toLocaleString("en")} more` : ""] : "none yet")],
      ["Trust group", ({ trustGroup }) => trustGroup ?? "none: everybody else is a stranger"],
      ["Added", ({ createdAt }) => ago(createdAt)],
    ]);
    this.pause = action({
      label: "Pause", target: () => ({ method: "PATCH", path, body: { isPaused: !this.#tenant()?.isPaused } }),
      done: (tenant) => (tenant.isPaused ? "The clock leaves its containers where they are." : "The clock moves its containers again."),
    });
    this.policy = el("select", { name: "policy", "aria-label": "Policy" });
    this.setPolicy = action({
      label: "Give it this policy", fields: [el("label", {}, "Policy", this.policy)],
      target: () => ({ method: "PATCH", path, body: { policy: this.policy.value || null } }),
      done: (tenant) => `Policy ${tenant.policy ?? "default"} holds for its containers.`,
    });
    this.others = el("div", { class: "checks", role: "group", "aria-label": "Never beside" });
    this.setOthers = action({
      label: "Keep these apart",
      target: () => ({ method: "PATCH", path,
        body: { neverBeside: [...this.others.querySelectorAll("input:checked")].map(({ value }) => value) } }),
      done: (tenant) => (tenant.neverBeside.length ? `Never beside ${tenant.neverBeside.join(", ")}.` : "Beside anybody."),
    });
    this.othersPlace = el("section", {}, el("h3", {}, "Never beside"),
      el("p", { class: "soft" }, "No container of this tenant shares a host with one of these, nor the other way round."), this.others,
        this.setOthers.root);
    this.remove = action({
      label: `Delete ${name}…`, tone: "bad", confirm: `Delete tenant ${name}? Its containers must be deleted first.`,
      target: () => ({ method: "DELETE", path }), done: () => "Deleted.",
    });
    this.body = el("div", {}, this.facts.root, el("h3", {}, "Clock"), this.pause.root, this.setPolicy.root, this.othersPlace,
      el("p", {}, routeLink(clean("relocations", { tenant: name }), "All its moves"), " · ",
        routeLink(clean("exposure", { tenant: name }), "Its exposure")),
      el("h3", {}, "Delete"), this.remove.root);
    this.root = el("article", {}, this.heading, this.badges, this.detail, this.body);
    this.others.addEventListener("input", () => this.setOthers.refresh());
    if (fleet.isPart("containers")) this.#look();
  }

  concerns(changes) {
    return changes.tenants.size > 0 || changes.policies.size > 0
      || [...changes.containers].some((name) => !this.fleet.containers.has(name) || this.fleet.containers.get(name).tenant === this.name);
  }

  update() {
    const tenant = this.#tenant();
    this.body.hidden = !tenant;
    if (!tenant) {
      this.badges.replaceChildren();
      return setText(this.detail, "This tenant is not in the fleet any more.");
    }
    setText(this.detail, "");
    tint(this.heading, this.name);
    this.badges.replaceChildren(badge(tenant.isPaused ? { sign: "‖", tone: "warn", word: "paused" } : { sign: "✓", tone: "good",
      word: "moving" }));
    const own = this.there?.items ?? [...this.fleet.containers.values()].filter((container) => container.tenant === this.name);
    const containers = own.map(({ name }) => name).sort(byName);
    this.facts.update({ ...tenant, containers, total: this.there?.total ?? containers.length });
    this.pause.relabel(tenant.isPaused ? "Let its containers move" : "Pause its clock");
    this.pause.refresh();
    choosePolicy(this.policy, this.fleet, tenant.policy, "default (as for everybody)");
    this.setPolicy.refresh();
    this.#writeOthers(tenant);
  }

  /** Of a large fleet this page has not read all: it asks for the first ones of this tenant. */
  async #look() {
    try {
      this.there = (await request("GET", withQuery("/v1/containers", { tenant: this.name, limit: MOST_LINKS }))).value;
      this.update();
    } catch {
      // Those that are known stay.
    }
  }

  #writeOthers(tenant) {
    const names = [...this.fleet.tenants.keys()].filter((name) => name !== this.name).sort(byName);
    const key = JSON.stringify([names, tenant.neverBeside]);
    this.othersPlace.hidden = names.length === 0;
    if (key === this.othersKey) return;
    this.othersKey = key;
    this.others.replaceChildren(...names.map((name) => el("label", { class: "check" },
      el("input", { type: "checkbox", value: name, checked: tenant.neverBeside?.includes(name) }), ` ${name}`)));
    this.setOthers.refresh();
  }

  #tenant() {
    return this.fleet.tenants.get(this.name);
  }
}

/** Fills a list of policies; what somebody is choosing stays chosen. */
export function choosePolicy(select, fleet, present, none) {
  const names = [...fleet.policies.keys()].sort(byName);
  const key = JSON.stringify([names, present]);
  if (select.dataset.key === key) return;
  select.dataset.key = key;
  select.replaceChildren(el("option", { value: "" }, none), ...names.map((name) => el("option", { value: name }, name)));
  select.value = present ?? "";
}
