// The dialog at the side: one container, host, tenant or move. Which one stands in the address.

import { el } from "../lib/dom.js";
import { lazy } from "../lib/lazy.js";
import { go, route } from "../lib/route.js";

const KINDS = {
  container: lazy(() => import("./container.js"), "views", "panel"),
  host: lazy(() => import("./host.js"), "views", "panel"),
  tenant: lazy(() => import("./tenant.js"), "views", "panel"),
  relocation: lazy(() => import("./relocation.js"), "views", "panel"),
};

export class PanelView {
  constructor(fleet, likeness, dialog) {
    this.fleet = fleet;
    this.likeness = likeness;
    this.dialog = dialog;
    this.key = "";
    dialog.addEventListener("close", () => route().panel && go({ panel: "" }));
    // A click beside the sheet closes it.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    fleet.subscribe((changes) => this.#changed(changes));
  }

  async routed({ panel }) {
    if (!this.fleet.loaded || panel === this.key) return;
    this.key = panel;
    this.content?.close?.();
    this.content = null;
    const [kind, name] = [panel.slice(0, panel.indexOf(":")), panel.slice(panel.indexOf(":") + 1)];
    if (!KINDS[kind] || !name) {
      this.dialog.close();
      return;
    }
    let body;
    try {
      const { default: Panel } = await KINDS[kind]();
      if (this.key !== panel) return;
      this.content = new Panel({ fleet: this.fleet, likeness: this.likeness, name });
      body = this.content.root;
    } catch (error) {
      if (this.key !== panel) return;
      this.key = "";
      body = el("article", {}, el("h2", { id: "panel-title" }, name), el("p", {}, `This could not be loaded. ${error.message}`));
    }
    this.dialog.replaceChildren(el("div", { class: "sheet-body" }, closeButton(this.dialog), body));
    this.content?.update();
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.scrollTop = 0;
  }

  tick() {
    this.content?.tick?.();
  }

  #changed(changes) {
    if (changes.all) this.routed(route());
    if (this.content && (changes.all || this.content.concerns(changes))) this.content.update();
  }
}

/** The button that closes a sheet; it comes first, so that the focus starts there. */
export const closeButton = (dialog) =>
  el("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => dialog.close() }, "✕");
