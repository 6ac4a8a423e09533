// Places for blocks of tiles, as near as can be to where a picture wants them, without overlap.

const ROUNDS = 300;
const SHAPE = 1.5; // how much wider than high a block of several tiles is
const STRETCH = 1.5; // how much more room there may be across than down: screens are wide

/**
 * @typedef {{x: number, y: number, width: number, height: number}} Box the upper left corner and the size, in pixels
 * @param {{point: [number, number], members: number[]}[]} groups where each group of tiles belongs, in any unit
 * @param {object} room
 * @param {number} room.width in pixels
 * @param {number} room.height what is seen at once; more is taken where it does not do
 * @param {number} room.tileWidth
 * @param {number} room.tileHeight
 * @param {number} room.gap between tiles
 * @param {number} room.rim around a block of several tiles
 * @param {number} room.head above a block of several tiles, for its name
 * @returns {{places: Map<number, {x: number, y: number}>, blocks: Box[], height: number}} each tile's corner, and each group's block
 */
export function spread(groups, { width, height, tileWidth, tileHeight, gap, rim, head }) {
  const [stepX, stepY] = [tileWidth + gap, tileHeight + gap];
  // Two large blocks side by side waste less room than one that is almost as wide as the screen.
  const widest = groups.length > 1 ? Math.max(stepX + 2 * rim, (width - gap) / 2) : width;
  const blocks = groups.map(({ members }) => shape(members.length, { width: widest, stepX, stepY, gap, rim, head }));
  settle(groups.map(({ point }) => point), blocks, width, height);
  for (let round = 0; round < ROUNDS; round += 1) if (!push(blocks, width, gap, round)) break;
  if (overlap(blocks, gap)) pack(blocks, width, gap);
  align(blocks, gap);
  const top = Math.min(...blocks.map(({ y }) => y));
  const places = new Map();
  groups.forEach(({ members }, index) => {
    const block = blocks[index];
    block.x = Math.round(Math.min(Math.max(0, block.x), Math.max(0, width - block.width)));
    block.y = Math.round(block.y - top);
    members.forEach((member, number) => places.set(member, {
      x: block.x + block.inset + (number % block.columns) * stepX,
      y: block.y + block.inset + block.head + Math.floor(number / block.columns) * stepY,
    }));
  });
  return { places, blocks, height: Math.max(...blocks.map((block) => block.y + block.height)) };
}

/** How many columns a group's tiles stand in, and how large its block is. */
function shape(count, { width, stepX, stepY, gap, rim, head }) {
  const [inset, above] = count > 1 ? [rim, head] : [0, 0];
  const most = Math.max(1, Math.floor((width - 2 * inset + gap) / stepX));
  const columns = Math.min(most, count, Math.max(1, Math.round(Math.sqrt((count * SHAPE * stepY) / stepX))));
  return {
    columns, inset, head: above, x: 0, y: 0,
    width: columns * stepX - gap + 2 * inset, height: Math.ceil(count / columns) * stepY - gap + 2 * inset + above,
  };
}

/** Puts the blocks' middles where they belong, so far apart that all is seen at once if it can be. */
function settle(points, blocks, width, height) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [spanX, spanY] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const area = blocks.reduce((sum, block) => sum + block.width * block.height, 0);
  const widest = Math.max(...blocks.map((block) => block.width));
  const highest = Math.max(...blocks.map((block) => block.height));
  const roomX = Math.max(0, width - widest);
  const roomY = Math.max(height, (1.25 * area) / width) - highest;
  const scale = Math.min(spanX > 1e-9 ? roomX / spanX : Infinity, spanY > 1e-9 ? Math.max(highest / 2, roomY) / spanY : Infinity);
  const down = Number.isFinite(scale) ? scale : 0;
  const across = spanX > 1e-9 ? Math.min(roomX / spanX, down * STRETCH) : down;
  const margin = (roomX - spanX * across) / 2 + widest / 2;
  blocks.forEach((block, index) => {
    // Hosts in the very same place are parted by their order, and not by chance.
    block.x = margin + (points[index][0] - left) * across - block.width / 2 + index * 0.01;
    block.y = (points[index][1] - top) * down - block.height / 2 + index * 0.01;
  });
}

/** Pushes every overlapping pair apart along the nearer way out; tells whether there was any. */
function push(blocks, width, gap, round) {
  let moved = false;
  const within = (block) => Math.min(Math.max(0, width - block.width), Math.max(0, block.x));
  for (const block of blocks) block.x = within(block);
  for (let one = 0; one < blocks.length; one += 1) {
    for (let other = one + 1; other < blocks.length; other += 1) {
      const [a, b] = [blocks[one], blocks[other]];
      const dx = b.x + b.width / 2 - a.x - a.width / 2;
      const dy = b.y + b.height / 2 - a.y - a.height / 2;
      const overX = (a.width + b.width) / 2 + gap - Math.abs(dx);
      const overY = (a.height + b.height) / 2 + gap - Math.abs(dy);
      if (overX <= 0.5 || overY <= 0.5) continue;
      moved = true;
      // Against the walls only up and down are left; so it is for all in the later rounds, which always ends.
      if (overX < overY && round < ROUNDS / 2) {
        const shift = (overX / 2 + 0.5) * (dx < 0 ? -1 : 1);
        a.x -= shift;
        b.x += shift;
        [a.x, b.x] = [within(a), within(b)];
      } else {
        const shift = (overY / 2 + 0.5) * (dy < 0 ? -1 : 1);
        a.y -= shift;
        b.y += shift;
      }
    }
  }
  return moved;
}

const touches = (a, b, gap) => a.x < b.x + b.width + gap - 2 && b.x < a.x + a.width + gap - 2
  && a.y < b.y + b.height + gap - 2 && b.y < a.y + a.height + gap - 2;

const overlap = (blocks, gap) => blocks.some((a, one) => blocks.some((b, other) => other > one && touches(a, b, gap)));

/** The last resort: rows from top to bottom, each from left to right. */
function pack(blocks, width, gap) {
  let [x, y, high] = [0, 0, 0];
  for (const block of [...blocks].sort((a, b) => a.y - b.y || a.x - b.x)) {
    if (x > 0 && x + block.width > width) [x, y, high] = [0, y + high + gap, 0];
    [block.x, block.y] = [x, y];
    x += block.width + gap;
    high = Math.max(high, block.height);
  }
}

/** Blocks that stand almost in one row stand in one row, where that makes no overlap: the eye rests. */
function align(blocks, gap) {
  const order = [...blocks].sort((a, b) => a.y - b.y);
  for (let index = 1; index < order.length; index += 1) {
    const [above, block] = [order[index - 1], order[index]];
    const before = block.y;
    if (before === above.y || before - above.y > Math.min(above.height, block.height) * 0.3) continue;
    block.y = above.y;
    if (blocks.some((other) => other !== block && touches(block, other, gap))) block.y = before;
  }
}
