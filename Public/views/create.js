// The form that creates a container, and its tenant where that is new.

import { curlLine } from "../components/curl-line.js";
import { request } from "../lib/api.js";
import { curl } from "../lib/curl.js";
import { el, setText } from "../lib/dom.js";
import { byName, bytes } from "../lib/format.js";
import { go } from "../lib/route.js";
import { closeButton } from "./panel.js";
import { choosePolicy } from "./tenant.js";

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const NEW_TENANT = " "; // no name has a space
let view = null;

/** Opens the form. */
export default function open({ fleet }) {
  view ??= new CreateView(fleet);
  view.open();
}

class CreateView {
  constructor(fleet) {
    this.fleet = fleet;
    const text = (name, attributes = {}) => el("input", { name, autocomplete: "off", autocapitalize: "none", spellcheck: "false",
      ...attributes });
    this.tenant = el("select", { name: "tenant" });
    this.newTenant = text("newTenant", { placeholder: "such as shop" });
    this.newTenantLabel = label("New tenant’s name", this.newTenant);
    this.name = text("name", { required: true, placeholder: "such as shop-web", "aria-describedby": "name-rule" });
    this.image = el("select", { name: "image" });
    this.noImages = el("p", { class: "soft", hidden: true }, "No image has been imported yet. Import one first.");
    this.command = text("command", { placeholder: "the image’s own" });
    this.environment = el("textarea", { name: "environment", rows: "2", spellcheck: "false", placeholder: "KEY=value, one a line" });
    this.ports = text("ports", { placeholder: "such as 80:8080, 6379", inputmode: "text" });
    this.memory = el("input", { name: "memory", type: "number", min: "4", step: "1", value: "256" });
    this.cpus = el("input", { name: "cpus", type: "number", min: "0.01", max: "1024", step: "any", value: "1" });
    this.processes = el("input", { name: "processes", type: "number", min: "1", max: "4000000", step: "1", value: "256" });
    this.runtime = el("select", { name: "runtime" });
    this.runtimeLabel = label("Runtime", this.runtime);
    this.host = el("select", { name: "host" });
    this.policy = el("select", { name: "policy" });
    this.outcome = el("p", { class: "outcome", role: "status" });
    this.line = curlLine("");
    this.submit = el("button", { type: "submit", class: "primary" }, "Create");
    this.form = el("form", { class: "create", novalidate: true, onsubmit: (event) => this.#submit(event), oninput: () => this.#refresh() },
      label("Tenant", this.tenant), this.newTenantLabel,
      label("Name", this.name, el("small", { id: "name-rule" }, "lower-case letters, digits and hyphens, 63 at most")),
      label("Image", this.image), this.noImages,
      label("Command", this.command, el("small", {}, "words apart by spaces; quotes keep words together")),
      label("Ports", this.ports, el("small", {}, "clients’ port, or clients’ port:container’s port")),
      el("div", { class: "row" }, label("Memory, MiB", this.memory), label("CPUs", this.cpus), label("Processes", this.processes)),
      label("Environment", this.environment),
      el("div", { class: "row" }, label("First host", this.host), label("Policy", this.policy), this.runtimeLabel),
      this.outcome,
      el("div", { class: "action-buttons" }, this.submit, this.line.root));
    this.dialog = el("dialog", { class: "sheet", "aria-labelledby": "create-title" });
    this.dialog.append(el("div", { class: "sheet-body" }, closeButton(this.dialog), el("h2", { id: "create-title" }, "New container"),
      this.form));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    document.body.append(this.dialog);
    fleet.subscribe((changes) => this.dialog.open && (changes.all || changes.tenants.size || changes.images.size) && this.#fill());
  }

  open() {
    this.#fill();
    this.#say("", "soft");
    this.dialog.showModal();
    (this.fleet.tenants.size ? this.name : this.newTenant).focus();
  }

  #fill() {
    const tenants = [...this.fleet.tenants.keys()].sort(byName);
    choose(this.tenant, [...tenants.map((name) => [name, name]), [NEW_TENANT, "a new tenant …"]]);
    const images = [...this.fleet.images.values()].map((image) => [image.names[0] ?? image.digest, image]);
    choose(this.image, images.sort(([left], [right]) => byName(left, right)).map(([name, image]) => [name,
      `${name} (${bytes(image.bytes)})`]));
    this.noImages.hidden = images.length > 0;
    const runtimes = new Set(this.fleet.workers().flatMap((host) => host.facts.runtimes));
    choose(this.runtime, [...runtimes].sort().map((kind) => [kind, kind]));
    this.runtimeLabel.hidden = runtimes.size < 2;
    const ready = this.fleet.workers().filter((host) => host.state === "ready").map(({ name }) => name).sort(byName);
    choose(this.host, [["", "any that can take it"], ...ready.map((name) => [name, name])]);
    choosePolicy(this.policy, this.fleet, this.policy.value || null, "its tenant’s");
    this.#refresh();
  }

  #refresh() {
    const fresh = this.tenant.value === NEW_TENANT;
    this.newTenantLabel.hidden = !fresh;
    try {
      const { tenant, body } = this.#read();
      const lines = [curl("POST", "/v1/containers", body)];
      if (fresh) lines.unshift(curl("POST", "/v1/tenants", { name: tenant }));
      this.line.set(lines.join(" && "));
      this.line.root.hidden = false;
    } catch {
      this.line.root.hidden = true;
    }
  }

  /** The order as the form says it. Throws an error whose message says what to mend, and whose `field` where. */
  #read() {
    const tenant = this.tenant.value === NEW_TENANT ? this.newTenant.value.trim() : this.tenant.value;
    if (!NAME.test(tenant)) throw wrong(this.newTenant,
      "The tenant’s name must be lower-case letters, digits and hyphens, and must not begin or end with a hyphen.");
    const name = this.name.value.trim();
    if (!NAME.test(name)) throw wrong(this.name,
      "The name must be lower-case letters, digits and hyphens, and must not begin or end with a hyphen.");
    if (!this.image.value) throw wrong(this.image, "Choose an image.");
    const body = { name, tenant, image: this.image.value };
    const command = words(this.command);
    if (command.length) body.command = command;
    const environment = pairs(this.environment);
    if (Object.keys(environment).length) body.environment = environment;
    const ports = mappings(this.ports);
    if (ports.length) body.ports = ports;
    body.limits = {
      memoryBytes: Math.round(number(this.memory, "Memory", 4) * 2 ** 20),
      cpus: number(this.cpus, "CPUs", 0.01), processes: Math.round(number(this.processes, "Processes", 1)),
    };
    if (this.runtime.value) body.runtime = this.runtime.value;
    if (this.host.value) body.host = this.host.value;
    if (this.policy.value) body.policy = this.policy.value;
    return { tenant, body };
  }

  async #submit(event) {
    event.preventDefault();
    for (const field of this.form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    try {
      const { tenant, body } = this.#read();
      this.submit.disabled = true;
      this.#say("Asked for …", "soft");
      if (!this.fleet.tenants.has(tenant)) {
        const { value } = await request("POST", "/v1/tenants", { name: tenant });
        this.fleet.tenants.set(tenant, value);
        this.#fill();
        this.tenant.value = tenant;
        this.#refresh();
      }
      await request("POST", "/v1/containers", body);
      this.name.value = "";
      this.dialog.close();
      go({ panel: `container:${body.name}` });
    } catch (problem) {
      this.#say(problem.message, "bad");
      const field = this.#fieldOf(problem);
      field?.setAttribute("aria-invalid", "true");
      field?.focus();
    } finally {
      this.submit.disabled = false;
    }
  }

  /** The field that is wrong, whether this page or the control plane says so. */
  #fieldOf({ field }) {
    if (typeof field !== "string") return field ?? null;
    const names = { "limits.memoryBytes": "memory", "limits.cpus": "cpus", "limits.processes": "processes" };
    return this.form.elements[names[field] ?? field.split(".")[0]] ?? null;
  }

  #say(text, tone) {
    this.outcome.dataset.tone = tone;
    setText(this.outcome, text);
  }
}

const label = (title, field, ...notes) => el("label", {}, title, field, ...notes);

function choose(select, options) {
  const key = JSON.stringify(options);
  if (select.dataset.key === key) return;
  select.dataset.key = key;
  const chosen = select.value;
  select.replaceChildren(...options.map(([value, text]) => el("option", { value }, text)));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

function wrong(field, message) {
  return Object.assign(new Error(message), { field });
}

/** Words apart by spaces; single or double quotes keep words together. */
function words(field) {
  const text = field.value.trim();
  const found = text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  if (found.join("").length !== text.replace(/\s+(?=(?:[^"']|"[^"]*"|'[^']*')*$)/g, "").length) throw wrong(field,
    "A quote in the command is not closed.");
  return found.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}

function pairs(field) {
  const entries = field.value.split("\n").filter((text) => text.trim() !== "").map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw wrong(field, `“${text.trim()}” in the environment must be KEY=value.`);
    return [text.slice(0, at).trim(), text.slice(at + 1)];
  });
  return Object.fromEntries(entries);
}

function mappings(field) {
  return field.value.split(/[\s,]+/).filter(Boolean).map((text) => {
    const [port, containerPort = port] = text.split(":").map((digits) => (/^\d{1,5}$/.test(digits) ? Number(digits) : 0));
    if (![port, containerPort].every((value) => value >= 1 && value <= 65535)) {
      throw wrong(field, `“${text}” is not a port: write 80, or 80:8080, each 1 to 65535.`);
    }
    return { port, containerPort };
  });
}

function number(field, title, least) {
  const value = Number(field.value);
  if (!Number.isFinite(value) || value < least) throw wrong(field, `${title} must be a number, at least ${least}.`);
  return value;
}
