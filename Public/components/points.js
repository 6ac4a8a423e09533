// Every point of a simulation's figure in a table: a row for each step, a column for each series.

import { tableHead } from "./table.js";
import { el } from "../lib/dom.js";
import { valuesOf } from "../lib/values.js";

/**
 * @param {any} panel the figure's part of the experiment, where it is known
 * @param {{series: string, step: string, y: {value: number, low: number, high: number} | null}[]} points
 * @param {string} label the table's name
 */
export function pointsTable(panel, points, label) {
  const values = valuesOf(panel);
  const series = [...new Set(points.map((point) => point.series))];
  const steps = [...new Set(points.map((point) => point.step))];
  const at = new Map(points.map((point) => [JSON.stringify([point.series, point.step]), point.y]));
  const cell = (name, step) => {
    const estimate = at.get(JSON.stringify([name, step]));
    const interval = values.interval(estimate);
    return el("td", { class: "number" }, values.value(estimate), interval && el("span", { class: "interval" }, interval));
  };
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    el("table", { class: "values" }, el("caption", {}, `${values.label[0].toUpperCase()}${values.label.slice(1)}, with the 95 % interval`),
      tableHead([panel?.x?.label ?? "step", ...series.map((name) => [name, "number"])]),
      el("tbody", {}, steps.map((step) => el("tr", {}, el("th", { scope: "row" }, step), series.map((name) => cell(name, step)))))));
}
