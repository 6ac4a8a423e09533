// The picture of the fleet: which size tiles have, and where each stands.
//
// On the map distance means difference: places come from the differences of hosts by multidimensional scaling, and
// tiles are then pushed apart until none covers another. On narrow screens, and while differences are unknown, it is a
// plain grid in the order of names.

import { el, svg } from "../lib/dom.js";
import { filled } from "../lib/likeness.js";
import { scale } from "../lib/mds.js";
import { byName } from "../lib/format.js";
import { spread } from "../lib/spread.js";

const NARROW = 640;
const GAP = 14;
const ALIKE = 0.05; // a difference below this is drawn as likeness
const MOST_CHIPS = 12;

/**
 * How large tiles are, and whether containers have names on them. Tiles are all of one size, which grows with the
 * fullest and never shrinks by itself, so that the picture stands still.
 * @param {{hosts: number, fullest: number, width: number, height: number, rem: number, dense: boolean}} room
 */
export function measure({ hosts, fullest, width, height, rem, dense }) {
  const chips = chipTile(hosts, fullest, width, rem);
  const wanted = hosts * (chips.width + GAP) * (chips.height + GAP);
  // Once dense it stays so until there is clearly room for names again.
  const limit = width * height * (dense ? 1.5 : 1.9);
  if (wanted <= limit && fullest <= 16) return chips;
  const perRow = Math.min(16, Math.max(8, Math.ceil(Math.sqrt(fullest * 2.2))));
  const pitch = Math.round(rem * 0.62);
  return {
    dense: true, perRow, pitch,
    width: perRow * pitch + Math.round(rem), height: Math.ceil(fullest / perRow) * pitch + Math.round(rem * 2.3),
  };
}

function chipTile(hosts, fullest, width, rem) {
  const across = width < 40 * rem ? width : Math.min(19 * rem, Math.max(15.5 * rem, (width - 2 * GAP) / 3));
  const rows = Math.max(2, Math.ceil(Math.min(fullest, MOST_CHIPS) / 2));
  const more = fullest > MOST_CHIPS ? 1.6 : 0;
  return { dense: false, most: MOST_CHIPS, width: Math.floor(across), height: Math.round((6 + rows * 3.5 + more) * rem) };
}

export class Picture {
  constructor() {
    this.halo = svg("svg", { class: "halo", "aria-hidden": true });
    this.root = el("div", { class: "picture-field" }, this.halo);
    this.kept = null;
  }

  /** Whether a map can be drawn of these hosts in this width. */
  prepare(names, likeness, width) {
    this.points = null;
    if (width < NARROW || names.length < 2 || !likeness.matrix) return false;
    const rows = new Map(likeness.matrix.hosts.map((name, row) => [name, row]));
    if (!names.every((name) => rows.has(name))) return false;
    const key = likeness.matrix;
    if (this.from !== key || this.names !== names.join()) {
      const order = names.map((name) => rows.get(name));
      const distances = filled(order.map((row) => order.map((column) => key.differences[row][column])));
      this.scaled = distances && scale(distances);
      this.distances = distances;
      this.from = key;
      this.names = names.join();
    }
    this.points = this.scaled?.points ?? null;
    this.kept = this.scaled?.kept ?? null;
    return this.points !== null;
  }

  /**
   * Puts tiles where they belong.
   * @param {Map<string, {root: HTMLElement}>} tiles
   * @param {string[]} names
   */
  place(tiles, names, size, width) {
    const { places, height } = spread(this.points, { width, tileWidth: size.width, tileHeight: size.height, gap: GAP });
    names.forEach((name, index) => {
      const { style } = tiles.get(name).root;
      style.left = `${places[index].x}px`;
      style.top = `${places[index].y}px`;
      style.width = `${size.width}px`;
      style.height = `${size.height}px`;
    });
    this.root.style.height = `${height}px`;
    this.root.classList.add("map");
    this.#drawHalo(names, places, size);
  }

  /** Takes the places away again: the style sheet's grid does the rest. */
  flow(tiles) {
    this.root.classList.remove("map");
    this.root.style.height = "";
    for (const { root } of tiles) for (const side of ["left", "top", "width", "height"]) root.style[side] = "";
    this.halo.replaceChildren();
  }

  /** A common ground behind hosts that are alike. */
  #drawHalo(names, places, size) {
    const groups = alike(this.distances);
    const rim = GAP / 2 + 3;
    const grounds = names.map((_, index) => (groups.get(index) < 2 ? null : svg("rect", {
      x: places[index].x - rim, y: places[index].y - rim, width: size.width + 2 * rim, height: size.height + 2 * rim, rx: 18,
    })));
    this.halo.replaceChildren(...grounds.filter(Boolean));
  }
}

/** For each host how many are alike to it and to each other, by single links. */
function alike(distances) {
  const root = distances.map((_, index) => index);
  const find = (index) => (root[index] === index ? index : (root[index] = find(root[index])));
  distances.forEach((row, one) => row.forEach((distance, other) => {
    if (other > one && distance <= ALIKE) root[find(one)] = find(other);
  }));
  const sizes = new Map();
  distances.forEach((_, index) => sizes.set(find(index), (sizes.get(find(index)) ?? 0) + 1));
  return new Map(distances.map((_, index) => [index, sizes.get(find(index))]));
}

/**
 * The order of names for reading and for the Tab key.
 * @param {Iterable<string>} names
 */
export const inOrder = (names) => [...names].sort(byName);
