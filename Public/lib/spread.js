// Places for tiles of one size, as near as can be to where a picture wants them, without overlap.

const ROUNDS = 400;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/**
 * @param {[number, number][]} points where the tiles belong, in any unit
 * @param {{width: number, tileWidth: number, tileHeight: number, gap: number}} room in pixels
 * @returns {{places: {x: number, y: number}[], height: number}} each tile's upper left corner
 */
export function spread(points, { width, tileWidth, tileHeight, gap }) {
  const [stepX, stepY] = [tileWidth + gap, tileHeight + gap];
  const columns = Math.max(1, Math.floor((width + gap) / stepX));
  if (columns === 1) return grid(points.length, 1, stepX, stepY, gap);
  const right = width - tileWidth;
  const wanted = fit(points, right, stepX, stepY, columns);
  const places = fanOut(wanted, stepX, stepY);
  for (const place of places) place.x = Math.min(right, Math.max(0, place.x));
  for (let round = 0; round < ROUNDS; round += 1) {
    if (!push(places, stepX, stepY, right, round)) break;
  }
  if (overlaps(places, stepX, stepY)) inRows(places, columns, stepX, stepY, right);
  alignRows(places, stepX, stepY);
  const top = Math.min(...places.map(({ y }) => y));
  for (const place of places) {
    place.x = Math.round(place.x);
    place.y = Math.round(place.y - top);
  }
  return { places, height: Math.max(...places.map(({ y }) => y)) + tileHeight };
}

/** A plain grid, row by row. */
export function grid(count, columns, stepX, stepY, gap = 0) {
  const places = Array.from({ length: count }, (_, index) => ({ x: (index % columns) * stepX, y: Math.floor(index / columns) * stepY }));
  return { places, height: Math.ceil(count / columns) * stepY - gap };
}

/** Scales both directions alike, as distance is to mean difference; room enough for all decides the size. */
function fit(points, right, stepX, stepY, columns) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const spanX = Math.max(...xs) - left;
  const spanY = Math.max(...ys) - top;
  // No taller than twice what the tiles would need side by side, or a sparse fleet would be lost in white.
  const tallest = Math.max(stepY * 2, Math.ceil(points.length / columns) * stepY * 2);
  const scale = Math.min(spanX > 1e-9 ? right / spanX : Infinity, spanY > 1e-9 ? tallest / spanY : Infinity);
  const factor = Number.isFinite(scale) ? scale : 0;
  const margin = (right - spanX * factor) / 2;
  return points.map(([x, y]) => ({ x: margin + (x - left) * factor, y: (y - top) * factor }));
}

/** Tiles that want the very same place are laid around it in a spiral, so that pushing them apart is quick. */
function fanOut(places, stepX, stepY) {
  const crowds = [];
  const spots = new Map();
  const fanned = places.map(({ x, y }) => {
    const key = `${Math.round(x / (stepX / 3))} ${Math.round(y / (stepY / 3))}`;
    if (!spots.has(key)) {
      spots.set(key, crowds.length);
      crowds.push(0);
    }
    const number = crowds[spots.get(key)]++;
    const radius = 0.62 * Math.sqrt(number);
    return { x: x + stepX * radius * Math.cos(number * GOLDEN), y: y + stepY * radius * Math.sin(number * GOLDEN) };
  });
  return fanned;
}

/** Pushes every overlapping pair apart along the nearer way out; tells whether there was any. */
function push(places, stepX, stepY, right, round) {
  let moved = false;
  for (let one = 0; one < places.length; one += 1) {
    for (let other = one + 1; other < places.length; other += 1) {
      const [a, b] = [places[one], places[other]];
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      const [overX, overY] = [stepX - Math.abs(dx), stepY - Math.abs(dy)];
      if (overX <= 0.5 || overY <= 0.5) continue;
      moved = true;
      // Against the walls only down and up are left; so it is after many rounds, which always ends.
      if (overX / stepX < overY / stepY && round < ROUNDS / 2) {
        const shift = (overX / 2 + 0.5) * (dx < 0 ? -1 : 1);
        a.x = Math.min(right, Math.max(0, a.x - shift));
        b.x = Math.min(right, Math.max(0, b.x + shift));
      } else {
        const shift = (overY / 2 + 0.5) * (dy < 0 ? -1 : 1);
        a.y -= shift;
        b.y += shift;
      }
    }
  }
  return moved;
}

function overlaps(places, stepX, stepY) {
  return places.some((a, one) => places.some((b, other) =>
    other > one && Math.abs(a.x - b.x) < stepX - 2 && Math.abs(a.y - b.y) < stepY - 2));
}

/** The last resort: rows from top to bottom, each from left to right. */
function inRows(places, columns, stepX, stepY, right) {
  const order = [...places].sort((a, b) => a.y - b.y);
  for (let row = 0; row * columns < order.length; row += 1) {
    const line = order.slice(row * columns, (row + 1) * columns).sort((a, b) => a.x - b.x);
    line.forEach((place, index) => {
      place.x = Math.min(right, index * stepX);
      place.y = row * stepY;
    });
  }
}

/** Tiles that stand almost in one row stand in one row, where that makes no overlap: the eye rests. */
function alignRows(places, stepX, stepY) {
  const order = [...places].sort((a, b) => a.y - b.y);
  for (let index = 1; index < order.length; index += 1) {
    const [above, place] = [order[index - 1], order[index]];
    if (place.y === above.y || place.y - above.y > stepY * 0.3) continue;
    const before = place.y;
    place.y = above.y;
    const clash = places.some((other) => other !== place
      && Math.abs(other.x - place.x) < stepX - 1 && Math.abs(other.y - place.y) < stepY - 1);
    if (clash) place.y = before;
  }
}
