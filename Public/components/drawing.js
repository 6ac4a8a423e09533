// Drawings that somebody else made, put into the page only if there is nothing in them but what draws.

const SPACE = "http://www.w3.org/2000/svg";
const ELEMENTS = new Set([
  "svg", "title", "desc", "g", "rect", "line", "polyline", "polygon", "path", "circle", "ellipse", "text", "tspan",
]);
const ATTRIBUTES = new Set([
  "xmlns", "width", "height", "viewBox", "role", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry", "d", "points",
  "transform", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-linejoin", "stroke-linecap",
  "stroke-dasharray", "opacity", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline",
]);

/**
 * The drawing of an SVG document, for this page. Its colours are custom properties that the page may set.
 * @param {string} text
 * @returns {SVGElement}
 * @throws {Error} whose message says what keeps it out of the page
 */
export function drawing(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const root = parsed.documentElement;
  if (root.localName !== "svg" || root.namespaceURI !== SPACE || parsed.querySelector("parsererror")) throw new Error("It is no drawing.");
  if (parsed.doctype) throw new Error("It has a document type, which no drawing needs.");
  for (const node of [root, ...root.querySelectorAll("*")]) {
    if (node.namespaceURI !== SPACE || !ELEMENTS.has(node.localName)) {
      throw new Error(`It has a <${node.nodeName}>, which this page does not show.`);
    }
    for (const { name, value } of node.attributes) {
      if (!ATTRIBUTES.has(name)) throw new Error(`It has an attribute ${name}, which this page does not show.`);
      // Colours and places need no address.
      if (name !== "xmlns" && /url\s*\(|:\/\/|\\/i.test(value)) throw new Error(`Its attribute ${name} leads elsewhere.`);
    }
  }
  return document.importNode(root, true);
}
