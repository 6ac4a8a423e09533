// How large the tiles of the fleet's picture are. Where they stand on the map is in `map.js`, which is fetched when there
// are differences to draw.

/** Between tiles, in pixels. */
export const GAP = 14;
const MOST_CHIPS = 8;

/**
 * How large tiles are, and whether containers have names on them. Tiles are all of one size, which grows with the
 * fullest, so that the picture stands still while containers come and go.
 * @param {{hosts: number, fullest: number, width: number, height: number, rem: number, dense: boolean}} room
 */
export function measure({ hosts, fullest, width, height, rem, dense }) {
  const chips = chipTile(fullest, width, rem);
  const wanted = hosts * (chips.width + GAP) * (chips.height + GAP);
  // Once dense it stays so until there is clearly room for names again.
  // A narrow screen is read by scrolling, so there is more room than is seen.
  const limit = width * height * (dense ? 1.5 : 1.9) * (width < 40 * rem ? 3 : 1);
  if (wanted <= limit && fullest <= 2 * MOST_CHIPS) return chips;
  const perRow = Math.min(16, Math.max(8, Math.ceil(Math.sqrt(fullest * 2.2))));
  const pitch = Math.round(rem * 0.62);
  return {
    dense: true, perRow, pitch,
    width: perRow * pitch + Math.round(rem), height: Math.ceil(fullest / perRow) * pitch + Math.round(rem * 2.75),
  };
}

function chipTile(fullest, width, rem) {
  const across = Math.min(width, Math.max(15 * rem, Math.min(17 * rem, (width - 2 * GAP) / 3)));
  const rows = Math.max(2, Math.ceil(Math.min(fullest, MOST_CHIPS) / 2));
  const more = fullest > MOST_CHIPS ? 1.7 : 0;
  return { dense: false, most: MOST_CHIPS, width: Math.floor(across), height: Math.round((4.5 + rows * 3.3 + more) * rem) };
}
