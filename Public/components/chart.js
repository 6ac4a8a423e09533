// Lines over an axis. Small, in SVG, with the same numbers in words for those who do not see it.

import { el, setAttribute, svg } from "../lib/dom.js";

const [WIDTH, HEIGHT] = [600, 200];
const EDGE = { left: 46, right: 12, top: 10, bottom: 26 };

/**
 * @typedef {{name: string, style: string, points: [number, number][], fill?: boolean}} Line
 * @typedef {{at: number, words: string, style?: string}} Mark a vertical line
 */
export class Chart {
  /**
   * @param {object} axes
   * @param {(value: number) => string} axes.across words for a value of the horizontal axis
   * @param {(value: number) => string} axes.up
   * @param {number | null} [axes.highest] the top of the vertical axis; what the lines need without it
   */
  constructor({ across, up, highest = null, label }) {
    Object.assign(this, { across, up, highest, label });
    this.picture = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
    this.key = el("p", { class: "chart-key" });
    this.root = el("figure", { class: "figure-box" }, el("figcaption", {}, label), this.picture, this.key);
  }

  /**
   * @param {Line[]} lines
   * @param {Mark[]} [marks]
   * @param {string} [words] what the picture says, in a sentence
   */
  show(lines, marks = [], words = "") {
    const points = lines.flatMap((line) => line.points);
    const xs = [...points.map(([x]) => x), ...marks.map(({ at }) => at)].filter(Number.isFinite);
    const [least, most] = xs.length ? [Math.min(...points.map(([x]) => x), ...(points.length ? [] : xs)), Math.max(...xs)] : [0, 1];
    const top = this.highest ?? nice(Math.max(1e-9, ...points.map(([, y]) => y)));
    const x = (value) => EDGE.left + ((value - least) / Math.max(1e-9, most - least)) * (WIDTH - EDGE.left - EDGE.right);
    const y = (value) => HEIGHT - EDGE.bottom - (Math.min(value, top) / top) * (HEIGHT - EDGE.top - EDGE.bottom);
    this.picture.replaceChildren(
      ...[0, 0.5, 1].map((share) => svg("path", { class: "rule", d: `M${EDGE.left} ${y(share * top)}H${WIDTH - EDGE.right}` })),
      ...[0, 0.5, 1].map((share) => svg("text", { class: "tick", x: EDGE.left - 6, y: y(share * top) + 4, "text-anchor": "end" },
        this.up(share * top))),
      ...ticks(least, most).map(([value, anchor]) => svg("text", { class: "tick", x: x(value), y: HEIGHT - 8, "text-anchor": anchor },
        this.across(value))),
      ...lines.flatMap((line) => drawn(line, x, y)),
      ...marks.flatMap((mark, index) => marked(mark, x, index)));
    setAttribute(this.picture, "aria-label", `${this.label}. ${words}`);
    this.key.replaceChildren(...(lines.length > 1
      ? lines.map(({ name, style }) => el("span", {}, el("span", { class: "key-line", "data-line": style, "aria-hidden": true }),
      ` ${name} `)) : []));
  }
}

function drawn({ points, style, fill }, x, y) {
  if (points.length === 0) return [];
  const path = points.map(([across, up], index) => `${index ? "L" : "M"}${x(across).toFixed(1)} ${y(up).toFixed(1)}`).join("");
  const area = fill && `${path}L${x(points.at(-1)[0]).toFixed(1)} ${y(0)}L${x(points[0][0]).toFixed(1)} ${y(0)}Z`;
  // A single point has no line yet.
  if (points.length === 1) return [svg("circle", { class: "point", "data-line": style, cx: x(points[0][0]), cy: y(points[0][1]), r: 3 })];
  return [...(area ? [svg("path", { class: "area", "data-line": style, d: area })] : []),
    svg("path", { class: "line", "data-line": style, d: path })];
}

function marked({ at, words, style = "mark" }, x, index) {
  const place = x(at);
  const left = place > WIDTH * 0.62;
  return [
    svg("path", { class: "line", "data-line": style, d: `M${place} ${EDGE.top}V${HEIGHT - EDGE.bottom}` }),
    svg("text", { class: "mark-words", x: place + (left ? -5 : 5), y: EDGE.top + 12 + index * 15, "text-anchor": left ? "end" : "start" },
      words),
  ];
}

const ticks = (least, most) => (most - least < 1e-9 ? [[least, "start"]] : [[least, "start"], [(least + most) / 2, "middle"],
  [most, "end"]]);

/** The next round number above. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}
