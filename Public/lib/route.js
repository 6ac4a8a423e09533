// What is looked at stands in the address: view, filters, open panel. So it can be kept, sent and gone back to.

const KEYS = [
  "view", "panel", "find", "layout", "container", "tenant", "host", "state", "trigger", "since", "until",
  "policy", "measure", "actor", "subject", "kind", "simulation",
];
const readers = [];

/**
 * The present route: every key, `""` where the address has none.
 * @returns {Record<string, string>}
 */
export function route() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? ""]));
}

/**
 * The address of a route that differs from the present one in these keys.
 * @param {Record<string, string>} changes
 */
export function address(changes) {
  const next = { ...route(), ...changes };
  const query = new URLSearchParams();
  for (const key of KEYS) if (next[key]) query.set(key, next[key]);
  const text = query.toString();
  return text ? `/?${text}` : "/";
}

/**
 * The changes that show another view with no filter and no panel left over.
 * @param {string} view
 * @param {Record<string, string>} [changes]
 * @returns {Record<string, string>}
 */
export function clean(view, changes = {}) {
  return { ...Object.fromEntries(KEYS.map((key) => [key, ""])), view: view === "fleet" ? "" : view, ...changes };
}

/**
 * Goes there. `replace` leaves no step to go back to.
 * @param {Record<string, string>} changes
 * @param {{replace?: boolean}} [options]
 */
export function go(changes, { replace = false } = {}) {
  const target = address(changes);
  if (target !== location.pathname + location.search) {
    if (replace) history.replaceState(null, "", target);
    else history.pushState(null, "", target);
  }
  announce();
}

/** Calls back at every change of route. */
export const onRoute = (reader) => readers.push(reader);

function announce() {
  const present = route();
  for (const reader of readers) reader(present);
}

addEventListener("popstate", announce);
