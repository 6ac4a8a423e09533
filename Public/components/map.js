// The map of the fleet, on which distance means difference: places come from the differences of hosts by
// multidimensional scaling. Hosts that are alike stand together in a block; blocks are pushed apart until none covers
// another.

import { arrange, el, setText, svg } from "../lib/dom.js";
import { filled } from "../lib/likeness.js";
import { scale } from "../lib/mds.js";
import { spread } from "../lib/spread.js";
import { GAP } from "./picture.js";

const ALIKE = 0.05; // a difference below this is drawn as likeness

export class FleetMap {
  /** The share of the differences' variance that the picture shows, 0 to 1. */
  kept = null;
  #groups = null;
  #from = null;
  #names = "";

  /** @param {HTMLElement} field what the tiles stand in */
  constructor(field) {
    this.field = field;
    this.halo = svg("svg", { class: "halo", "aria-hidden": true });
    this.titles = el("div", { class: "block-names" });
    field.prepend(this.halo, this.titles);
  }

  /** What stands in the field beside the tiles. */
  get nodes() {
    return [this.halo, this.titles];
  }

  /**
   * Works out the picture of these hosts, when they or the differences are new.
   * @returns {boolean} whether there is one: not while too little is known
   */
  prepare(names, matrix) {
    const rows = new Map(matrix.hosts.map((name, row) => [name, row]));
    if (names.length < 2 || !names.every((name) => rows.has(name))) return false;
    if (this.#from !== matrix || this.#names !== names.join()) {
      const order = names.map((name) => rows.get(name));
      const distances = filled(order.map((row) => order.map((column) => matrix.differences[row][column])));
      const scaled = distances && scale(distances);
      [this.#groups, this.kept] = [scaled && grouped(distances, scaled.points), scaled?.kept ?? null];
      [this.#from, this.#names] = [matrix, names.join()];
    }
    return this.#groups !== null;
  }

  /**
   * Puts tiles where they belong.
   * @param {Map<string, {root: HTMLElement}>} tiles
   * @param {string[]} names
   * @param {{width: number, height: number, dense: boolean}} size of a tile
   * @param {{width: number, height: number}} room
   * @param {(names: string[]) => string} describe the words for hosts that are alike
   */
  place(tiles, names, size, room, describe) {
    const gap = size.dense ? 8 : GAP;
    const { places, blocks, height } = spread(this.#groups, { ...room, tileWidth: size.width, tileHeight: size.height, gap, rim: 12,
      head: 24 });
    for (const [index, { x, y }] of places) {
      const { style } = tiles.get(names[index]).root;
      style.left = `${x}px`;
      style.top = `${y}px`;
      style.width = `${size.width}px`;
      style.height = `${size.height}px`;
    }
    this.field.style.height = `${height}px`;
    this.field.classList.add("map");
    const several = blocks.map((block, index) => ({ ...block,
      members: this.#groups[index].members })).filter(({ members }) => members.length > 1);
    this.halo.replaceChildren(...several.map((block) => svg("rect", { x: block.x, y: block.y, width: block.width, height: block.height,
      rx: 16 })));
    this.#writeTitles(several, (members) => describe(members.map((member) => names[member])));
  }

  #writeTitles(blocks, describe) {
    this.words ??= [];
    arrange(this.titles, blocks.map(({ x, y, width, members }, index) => {
      const node = this.words[index] ??= el("p", { class: "block-name" });
      setText(node, describe(members));
      Object.assign(node.style, { left: `${x + 14}px`, top: `${y + 7}px`, width: `${width - 28}px` });
      return node;
    }));
  }

  /** Takes the places away again: the style sheet's grid does the rest. */
  clear(tiles) {
    this.field.classList.remove("map");
    this.field.style.height = "";
    for (const { root } of tiles) for (const side of ["left", "top", "width", "height"]) root.style[side] = "";
    this.halo.replaceChildren();
    this.titles.replaceChildren();
  }
}

/** Hosts that are alike, by single links, each group in the middle of its members. */
function grouped(distances, points) {
  const root = distances.map((_, index) => index);
  const find = (index) => (root[index] === index ? index : (root[index] = find(root[index])));
  distances.forEach((row, one) => row.forEach((distance, other) => {
    if (other > one && distance <= ALIKE) root[find(one)] = find(other);
  }));
  const groups = new Map();
  for (const index of root.keys()) {
    const key = find(index);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(index);
  }
  const mean = (members, axis) => members.reduce((sum, member) => sum + points[member][axis], 0) / members.length;
  return [...groups.values()].map((members) => ({ members, point: [mean(members, 0), mean(members, 1)] }));
}
