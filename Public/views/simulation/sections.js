// A result's report, section by section, each with its figure and every point of it.

import { drawing } from "../../components/drawing.js";
import { pointsTable } from "../../components/points.js";
import { report } from "../../components/report.js";
import { el } from "../../lib/dom.js";
import { download } from "../../lib/download.js";
import { count } from "../../lib/format.js";
import { blocks, plain } from "../../lib/markdown.js";
import { requestText } from "../../lib/text.js";
import { valuesOf } from "../../lib/values.js";

/**
 * The parts of a completed simulation's report.
 * @param {any} simulation
 * @returns {{lead: HTMLElement[], sections: HTMLElement[]}} `lead` is what stands above the first section
 */
export function reportParts({ title, report: text, figures, result }) {
  const [lead, ...rest] = split(blocks(text));
  const question = result.experiment.question;
  // Title and question stand above all of it already.
  const said = (block) => (block.kind === "heading" && block.level === 1)
    || (block.kind === "paragraph" && plain(block.text) === question);
  const left = [...figures];
  const sections = rest.map(([heading, ...body]) => {
    const name = plain(heading.text);
    const figure = left.find((one) => one.title === name);
    if (figure) left.splice(left.indexOf(figure), 1);
    return section(name, body, figure && { ...figure, result });
  });
  return {
    lead: report(lead.filter((block) => !said(block)), title),
    sections: [...sections, ...left.map((figure) => section(figure.title, [], { ...figure, result }))],
  };
}

/** The blocks before the first heading of a section, and then those of each section with its heading. */
function split(all) {
  const parts = [[]];
  for (const block of all) {
    if (block.kind === "heading" && block.level === 2) parts.push([block]);
    else parts.at(-1).push(block);
  }
  return parts;
}

function section(title, body, figure) {
  if (!figure) return el("section", { class: "card-box", "aria-label": title }, el("h3", {}, title), report(body, title));
  // A table and the line above it need room; what was found can be read beside the figure.
  const tables = body.flatMap((block, index) => (block.kind === "table"
    ? [body[index - 1]?.kind === "paragraph" ? index - 1 : index, index] : []));
  const [wide, narrow] = [body.filter((_, index) => tables.includes(index)), body.filter((_, index) => !tables.includes(index))];
  return el("section", { class: "card-box finding", "aria-label": title }, el("h3", { class: "finding-title" }, title),
    el("div", { class: "finding-picture" }, picture(title, figure), report(wide, title), everyPoint(title, figure)),
    el("div", { class: "finding-words" }, report(narrow, title)));
}

function picture(title, { panel, href, result }) {
  const definition = panelOf(result, panel);
  const place = el("div", { class: "scroll drawing", tabindex: "0", role: "region", "aria-label": `${title}: figure` },
    el("p", { class: "soft" }, "Being drawn …"));
  const save = el("button", { type: "button", class: "small", disabled: true, "aria-label": `SVG of ${title}` }, "SVG");
  const label = valuesOf(definition).label;
  const caption = [definition && `${label[0].toUpperCase()}${label.slice(1)} by ${definition.x.label}. `,
    "Simulated, with 95 % intervals."].filter(Boolean).join("");
  draw(place, href).then((text) => {
    if (!text) return;
    save.addEventListener("click", () => download(`${result.experiment.name}-${panel}.svg`, "image/svg+xml", text));
    save.disabled = false;
  });
  return el("figure", { class: "figure-of" }, place, el("figcaption", {}, caption), save);
}

/** Puts a drawing in its place; gives its text, and nothing when it was not to be had. */
async function draw(place, href) {
  try {
    const { status, text } = await requestText(href);
    if (status !== 200) throw new Error(`The control plane answered ${status}.`);
    place.replaceChildren(drawing(text));
    return text;
  } catch (problem) {
    place.replaceChildren(el("p", { class: "outcome", "data-tone": "bad" }, `The figure is not shown. ${problem.message}`));
    return null;
  }
}

function everyPoint(title, { panel, result }) {
  const points = result.panels.find((one) => one.panel === panel)?.points ?? [];
  const details = el("details", {}, el("summary", {}, `All ${count(points.length, "point")}`));
  // Hundreds of cells that nobody has asked for need not be made.
  details.addEventListener("toggle", () => details.append(pointsTable(panelOf(result, panel), points, `${title}: all points`)),
    { once: true });
  return details;
}

const panelOf = ({ experiment }, name) => experiment.panels.find((panel) => panel.name === name);
