// A container's chip flies from the host it left to the host it came to.

import { el, prefersStillness } from "../lib/dom.js";

const MOST_AT_ONCE = 24;
let flying = 0;

/** Flies a copy of an element from where it was to where it is now. `from` is its rectangle before the move. */
export function fly(node, from, air) {
  const to = node.getBoundingClientRect();
  const seen = (box) => box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  if (prefersStillness() || document.hidden || flying >= MOST_AT_ONCE || !seen(from) || !seen(to)) return land(node);
  const copy = el("div", { class: `${node.className} flying` });
  copy.append(...[...node.children].map((child) => el("span", { class: child.className }, child.textContent)));
  copy.style.setProperty("--hue", node.style.getPropertyValue("--hue"));
  for (const side of ["left", "top", "width", "height"]) copy.style[side] = `${from[side]}px`;
  air.append(copy);
  node.classList.add("awaited");
  flying += 1;
  const [x, y] = [to.left - from.left, to.top - from.top];
  const flight = copy.animate([
    { transform: "none" },
    { transform: `translate(${x / 2}px, ${y / 2 - 24}px) scale(1.08)`, offset: 0.5 },
    { transform: `translate(${x}px, ${y}px)` },
  ], { duration: 1100, easing: "cubic-bezier(.45, 0, .25, 1)" });
  const end = () => {
    copy.remove();
    node.classList.remove("awaited");
    flying -= 1;
    land(node);
  };
  flight.finished.then(end, end);
}

function land(node) {
  node.classList.remove("landed");
  // The next frame, so that a second landing starts the glow anew.
  requestAnimationFrame(() => node.classList.add("landed"));
  setTimeout(() => node.classList.remove("landed"), 2000);
}
