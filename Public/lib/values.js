// The values of a simulation's figure as people read them: as the report and the figures write them.

const SHARES = new Set(["resisted", "survival", "besideShare", "downtimeShare", "favouriteShare", "entropyShare"]);

/**
 * @typedef {{value: number, low: number, high: number}} Estimate
 * @param {any} [panel] the figure's part of the experiment; without it values are plain numbers
 * @returns {{label: string, value: (estimate: Estimate | null | undefined) => string,
 *   interval: (estimate: Estimate | null | undefined) => string}} `interval` gives `""` where a value is exact
 */
export function valuesOf(panel) {
  const { measure, label = "value" } = panel?.y ?? {};
  const compared = panel?.baseline?.shows;
  const isShare = SHARES.has(measure);
  const hundredths = compared === "gain" || isShare;
  const unit = compared === "gain" || (isShare && !compared) ? " %" : "";
  const sign = (value) => (compared && value > 0 ? "+" : "");
  const number = (value) => (hundredths ? (100 * value).toFixed(1) : short(value));
  return {
    label: compared === "difference" && isShare ? `${label}, in points` : label,
    value: (estimate) => (estimate ? `${sign(estimate.value)}${number(estimate.value)}${unit}` : "none"),
    interval: (estimate) => (estimate && estimate.low < estimate.high ? `${number(estimate.low)} to ${number(estimate.high)}` : ""),
  };
}

/** Three digits that count, or all that stand before the point. */
const short = (value) => (Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3))));
