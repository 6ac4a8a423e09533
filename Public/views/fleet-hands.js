// What the pointer and the keys do on the picture of the fleet, beyond links and buttons.

import { el, setText } from "../lib/dom.js";
import { go } from "../lib/route.js";

export class FleetHands {
  /** @param {import("./fleet.js").FleetView} view */
  constructor(view) {
    this.view = view;
    this.tip = el("div", { class: "tip", "aria-hidden": true, hidden: true });
    view.root.append(this.tip);
    const { field } = view;
    field.addEventListener("keydown", rove);
    field.addEventListener("click", (event) => this.#clicked(event));
    field.addEventListener("pointermove", (event) => this.#hover(event));
    field.addEventListener("pointerleave", () => this.#hover(null));
    field.addEventListener("focusin", (event) => this.#compare(event.target.closest(".tile")?.dataset.host));
    field.addEventListener("focusout", () => this.#compare(undefined));
  }

  /** A click on a dot opens its container, one beside it the host. */
  #clicked(event) {
    const tile = event.target.closest(".tile");
    if (!tile || !this.view.size.dense || event.target.closest("a, button")) return;
    const container = this.view.tiles.get(tile.dataset.host)?.dots?.at(event.clientX, event.clientY);
    go({ panel: container ? `container:${container}` : `host:${tile.dataset.host}` });
  }

  /** Names the dot under the pointer, and shows how different the other hosts are. */
  #hover(event) {
    const host = event?.target.closest?.(".tile")?.dataset.host;
    this.#compare(host);
    const name = host === undefined ? null : this.view.tiles.get(host)?.dots?.at(event.clientX, event.clientY);
    this.tip.hidden = !name;
    if (!name) return;
    const container = this.view.fleet.containers.get(name);
    setText(this.tip, `${name} · ${container?.tenant ?? ""}${container?.state === "running" ? "" : ` · ${container?.state}`}`);
    this.tip.style.transform = `translate(${Math.min(event.clientX + 12, innerWidth - 180)}px, ${event.clientY + 16}px)`;
  }

  /** Writes on every tile of the map how different its host is from this one. */
  #compare(host) {
    const { view } = this;
    if (!view.mapped || host === this.compared) return;
    this.compared = host;
    for (const name of view.shownTiles) {
      const difference = host === undefined || name === host ? null : view.likeness.between(host, name);
      setText(view.tiles.get(name).delta, difference === null ? "" : `Δ ${difference.toFixed(2)}`);
    }
  }
}

/** Arrow keys go through the chips of a tile, and from host to host in the direction of the arrow. */
function rove(event) {
  const chip = event.target.closest?.("button.chip");
  if (chip) return roveChips(event, chip);
  const tile = event.target.closest?.(".tile");
  const direction = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
  if (!tile || !direction || event.altKey || event.ctrlKey || event.metaKey) return;
  const here = middle(tile);
  let [best, least] = [null, Infinity];
  for (const other of event.currentTarget.querySelectorAll(".tile")) {
    const there = middle(other);
    const [dx, dy] = [there.x - here.x, there.y - here.y];
    const ahead = dx * direction[0] + dy * direction[1];
    const aside = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
    if (other === tile || ahead < 4) continue;
    const length = ahead + 2 * aside;
    if (length < least) [best, least] = [other, length];
  }
  const link = best?.querySelector("h2 a");
  if (!link) return;
  event.preventDefault();
  link.focus();
}

const middle = ({ offsetLeft, offsetTop, offsetWidth, offsetHeight }) => ({ x: offsetLeft + offsetWidth / 2,
  y: offsetTop + offsetHeight / 2 });

function roveChips(event, chip) {
  const chips = [...chip.parentElement.querySelectorAll("button.chip")];
  const at = chips.indexOf(chip);
  const next = {
    ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: chips.length - 1,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const target = chips[(next + chips.length) % chips.length];
  chip.tabIndex = -1;
  target.tabIndex = 0;
  target.focus();
}
