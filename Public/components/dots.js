// A host's containers as dots in their tenants' colours: one path for each tenant and mark, so that thousands of
// containers are a few hundred nodes.

import { tint } from "./bits.js";
import { setAttribute, svg } from "../lib/dom.js";
import { count } from "../lib/format.js";

const PITCH = 10; // from dot to dot, in the picture's own units
const SIDE = 8;

export class Dots {
  #paths = new Map();
  #slots = [];
  #perRow = 1;

  constructor() {
    this.root = svg("svg", { class: "dots", role: "img" });
  }

  /**
   * Shows containers in their places.
   * @param {(string | null)[]} slots
   * @param {(container: string) => {tenant: string, mark: string}} look
   * @param {number} perRow
   */
  show(slots, look, perRow) {
    [this.#slots, this.#perRow] = [slots, perRow];
    const drawn = new Map();
    const counts = new Map();
    let all = 0;
    slots.forEach((name, place) => {
      if (name === null) return;
      const { tenant, mark } = look(name);
      all += 1;
      counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
      const key = `${mark} ${tenant}`;
      const [x, y] = [(place % perRow) * PITCH + 1, Math.floor(place / perRow) * PITCH + 1];
      drawn.set(key, `${drawn.get(key) ?? ""}M${x} ${y}h${SIDE}v${SIDE}h-${SIDE}z`);
    });
    for (const [key, path] of this.#paths) {
      if (drawn.has(key)) continue;
      path.remove();
      this.#paths.delete(key);
    }
    for (const [key, shape] of drawn) {
      let path = this.#paths.get(key);
      if (!path) {
        const [mark, tenant] = key.split(" ");
        path = tint(svg("path", { class: "dot", "data-mark": mark }), tenant);
        this.#paths.set(key, path);
        this.root.append(path);
      }
      setAttribute(path, "d", shape);
    }
    this.root.toggleAttribute("hidden", all === 0);
    setAttribute(this.root, "viewBox", `0 0 ${perRow * PITCH} ${Math.max(1, Math.ceil(slots.length / perRow)) * PITCH}`);
    const words = [...counts].map(([tenant, number]) => `${tenant} ${number}`).join(", ");
    setAttribute(this.root, "aria-label", `${count(all, "container")}: ${words}`);
  }

  /** The container whose dot is at this point of the window; `null` where none is. */
  at(x, y) {
    const box = this.root.getBoundingClientRect();
    const pitch = box.width / this.#perRow;
    const [column, row] = [Math.floor((x - box.left) / pitch), Math.floor((y - box.top) / pitch)];
    if (!pitch || column < 0 || row < 0 || column >= this.#perRow) return null;
    return this.#slots[row * this.#perRow + column] ?? null;
  }

  /** The middle of a place in the window; `null` while nothing is drawn. */
  centre(place) {
    const box = this.root.getBoundingClientRect();
    const pitch = box.width / this.#perRow;
    if (!pitch) return null;
    return { x: box.left + ((place % this.#perRow) + 0.5) * pitch, y: box.top + (Math.floor(place / this.#perRow) + 0.5) * pitch };
  }
}
