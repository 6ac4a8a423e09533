// What is looked at stands in the address: view, filters, open panel. So it can be kept, sent and gone back to.

const KEYS = ["view", "panel", "find", "container", "tenant", "host", "state", "trigger"];
const readers = [];

/** The present route: every key, `""` where the address has none. */
export function route() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? ""]));
}

/** The address of a route that differs from the present one in these keys. */
export function address(changes) {
  const next = { ...route(), ...changes };
  const query = new URLSearchParams();
  for (const key of KEYS) if (next[key]) query.set(key, next[key]);
  const text = query.toString();
  return text ? `/?${text}` : "/";
}

/** Goes there. `replace` leaves no step to go back to. */
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
