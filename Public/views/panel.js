// The dialog at the side: one container, host or move. Which one stands in the address.

import { el } from "../lib/dom.js";
import { go, route } from "../lib/route.js";
import { ContainerPanel } from "./container.js";
import { HostPanel } from "./host.js";
import { RelocationPanel } from "./relocation.js";

const KINDS = { container: ContainerPanel, host: HostPanel, relocation: RelocationPanel };

export class PanelView {
  constructor(fleet, dialog) {
    this.fleet = fleet;
    this.dialog = dialog;
    this.key = "";
    dialog.addEventListener("close", () => route().panel && go({ panel: "" }));
    // A click beside the sheet closes it.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    fleet.subscribe((changes) => this.#changed(changes));
  }

  routed({ panel }) {
    if (!this.fleet.loaded || panel === this.key) return;
    this.key = panel;
    const [kind, name] = [panel.slice(0, panel.indexOf(":")), panel.slice(panel.indexOf(":") + 1)];
    const Kind = KINDS[kind];
    if (!Kind || !name) {
      this.content = null;
      this.dialog.close();
      return;
    }
    this.content = new Kind(this.fleet, name);
    this.dialog.replaceChildren(el("div", { class: "sheet-body" },
      el("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => this.dialog.close() }, "✕"),
      this.content.root));
    this.content.update();
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
