// The page of Relocate.
//
// `Feed` keeps the connection, `Fleet` holds what is known and says once per frame what changed, the views show it.
// The address holds what is looked at. What the first look does not need is fetched when it is first looked at.
// One timer writes countdowns once a second.

import { el, setAttribute, setText } from "./lib/dom.js";
import { Feed } from "./lib/feed.js";
import { Fleet } from "./lib/fleet.js";
import { bind } from "./lib/keys.js";
import { lazy } from "./lib/lazy.js";
import { Likeness } from "./lib/likeness.js";
import { address, clean, go, onRoute, route } from "./lib/route.js";
import { FleetView } from "./views/fleet.js";
import { HeaderView } from "./views/header.js";
import { MovesView } from "./views/moves.js";
import { PanelView } from "./views/panel.js";
import { RecordView } from "./views/record.js";

const VIEWS = {
  relocations: lazy(() => import("./views/relocations.js"), "views", "panel", "relocations"),
  exposure: lazy(() => import("./views/exposure.js"), "views", "charts", "exposure"),
  policy: lazy(() => import("./views/policy.js"), "views", "panel", "charts", "policy"),
  simulation: lazy(() => import("./views/simulation.js"), "views", "panel", "simulation"),
  operation: lazy(() => import("./views/operation.js"), "views", "operation"),
};
const TITLES = {
  fleet: "Fleet", relocations: "Relocations", exposure: "Exposure", policy: "Policy", simulation: "Simulation", operation: "Operation",
};
const createDialog = lazy(() => import("./views/create.js"), "views", "panel");
const keysDialog = lazy(() => import("./views/shortcuts.js"), "views", "panel");

const at = (id) => document.getElementById(id);
const fleet = new Fleet();
const likeness = new Likeness(fleet);
const feed = new Feed({
  load: () => fleet.load(likeness.load()),
  apply: (kind, event) => fleet.apply(kind, event),
  report: (status) => header.connected(status),
});
const header = new HeaderView(fleet, feed);
const [hostsPlace, movesPlace] = [el("div", { class: "hosts" }), el("aside", { class: "now", "aria-label": "Moving now" })];
at("fleet").append(hostsPlace, movesPlace);
const hosts = new FleetView(fleet, likeness, hostsPlace);
const moves = new MovesView(fleet, movesPlace);
const panel = new PanelView(fleet, likeness, at("panel"));
const record = new RecordView(fleet, at("record"));
const opened = new Map(); // the views that have been looked at

/** The name of the view that a route shows. An older name of a view still leads to it. */
const viewOf = ({ view }) => ({ "": "fleet", history: "relocations" })[view] ?? (TITLES[view] ? view : "fleet");

async function show(present) {
  const view = viewOf(present);
  for (const link of document.querySelectorAll("nav a")) {
    setAttribute(link, "aria-current", link.dataset.view === view ? "page" : null);
    link.href = address(clean(link.dataset.view));
  }
  for (const name of Object.keys(TITLES)) at(name).hidden = name !== view;
  header.showing(view, TITLES[view]);
  hosts.routed({ ...present, view });
  panel.routed(present);
  for (const [name, other] of opened) other.routed({ ...present, view }, name === view);
  if (view !== "fleet" && !opened.has(view)) await open(view);
}

async function open(view) {
  const place = at(view);
  try {
    const { default: View } = await VIEWS[view]();
    if (opened.has(view)) return;
    const content = new View({ fleet, likeness, feed, root: place });
    opened.set(view, content);
    content.routed({ ...route(), view: viewOf(route()) }, viewOf(route()) === view);
  } catch (error) {
    if (error.name === "SyntaxError" || error.name === "ReferenceError") throw error;
    place.replaceChildren(el("div", { class: "empty" }, el("p", {}, `This view could not be loaded. ${error.message}`),
      el("button", { type: "button", onclick: () => { place.replaceChildren(); open(view); } }, "Try again")));
  }
}

async function dialog(load, failed) {
  try {
    const { default: open } = await load();
    open({ fleet });
  } catch (error) {
    header.say(`${failed} ${error.message}`);
  }
}

const create = () => dialog(createDialog, "The form could not be loaded.");
at("new").addEventListener("click", create);
at("keys").addEventListener("click", () => dialog(keysDialog, "The list of keys could not be loaded."));
for (const link of document.querySelectorAll("nav a")) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    look(link.dataset.view);
  });
}

function look(view) {
  go(clean(view));
  scrollTo(0, 0);
}

for (const [view, title] of Object.entries(TITLES)) bind(`g ${view[0]}`, `Go to ${title}`, () => look(view));
bind("/", "Find or filter", () => at(viewOf(route())).querySelector("input[type=search], input")?.focus());
bind("n", "New container", create);
bind("l", "Open or close the record", () => at("record").toggleAttribute("open"));
bind("?", "These keys", () => dialog(keysDialog, "The list of keys could not be loaded."));

onRoute(show);
show(route());
setInterval(() => {
  for (const view of [hosts, moves, header, panel, record, ...opened.values()]) view.tick?.();
}, 1000);
feed.start();
setText(at("starting"), "");
