// The page of Relocate.
//
// `Feed` keeps the connection, `Fleet` holds what is known and says once per frame what changed, the views show it.
// The address holds what is looked at. Nothing here polls; one timer writes countdowns once a second.

import { el, setAttribute } from "./lib/dom.js";
import { Feed } from "./lib/feed.js";
import { Fleet } from "./lib/fleet.js";
import { address, go, onRoute, route } from "./lib/route.js";
import { CreateView } from "./views/create.js";
import { FleetView } from "./views/fleet.js";
import { HeaderView } from "./views/header.js";
import { HistoryView } from "./views/history.js";
import { MovesView } from "./views/moves.js";
import { PanelView } from "./views/panel.js";
import { RecordView } from "./views/record.js";

const at = (id) => document.getElementById(id);
const fleet = new Fleet();
const feed = new Feed({
  load: () => fleet.load(),
  apply: (kind, event) => fleet.apply(kind, event),
  report: (status) => header.connected(status),
});
const header = new HeaderView(fleet, feed);
const [hostsPlace, movesPlace] = [el("div", { class: "hosts" }), el("aside", { class: "now", "aria-label": "Moving now" })];
at("fleet").append(movesPlace, hostsPlace);
const hosts = new FleetView(fleet, hostsPlace, at("air"));
const moves = new MovesView(fleet, movesPlace);
const past = new HistoryView(fleet, at("history"));
const panel = new PanelView(fleet, at("panel"));
const record = new RecordView(fleet, at("record"));
const create = new CreateView(fleet);

at("new").addEventListener("click", () => create.open());
for (const link of document.querySelectorAll("nav a")) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go({ view: link.dataset.view === "fleet" ? "" : link.dataset.view });
  });
}

function show(present) {
  const view = present.view === "history" ? "history" : "fleet";
  at("fleet").hidden = view !== "fleet";
  at("history").hidden = view !== "history";
  for (const link of document.querySelectorAll("nav a")) {
    setAttribute(link, "aria-current", link.dataset.view === view ? "page" : null);
    link.href = address({ view: link.dataset.view === "fleet" ? "" : link.dataset.view, panel: "" });
  }
  hosts.routed(present);
  hosts.markTenant(present.tenant);
  past.routed(present);
  panel.routed(present);
}

onRoute(show);
show(route());
setInterval(() => {
  for (const view of [hosts, moves, header, panel, record]) view.tick();
}, 1000);
feed.start();
