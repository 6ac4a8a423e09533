// The server's time as this page knows it. A browser's clock may be wrong by minutes, and a countdown must not be.

let skew = 0;

/** Takes the `Date` field of an answer. It has whole seconds only, so small differences are left alone. */
export function observe(date) {
  const difference = Date.parse(date) + 500 - Date.now();
  if (Number.isFinite(difference)) skew = Math.abs(difference) > 2000 ? difference : 0;
}

/** Milliseconds since 1970 by the server's clock. */
export const now = () => Date.now() + skew;
