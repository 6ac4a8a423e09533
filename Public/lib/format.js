// Numbers and times as people read them.

import { now } from "./clock.js";

const collator = new Intl.Collator("en", { numeric: true });

/**
 * Orders names so that host10 comes after host9.
 * @param {string} left
 * @param {string} right
 */
export const byName = (left, right) => collator.compare(left, right);

/**
 * Milliseconds: `8.4 ms`, `213 ms`, `1.82 s`, `3 min 20 s`.
 * @param {number | null | undefined} value
 */
export function milliseconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 10) return `${value.toFixed(1)} ms`;
  if (value < 1000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${(value / 1000).toFixed(2)} s`;
  return span(value / 1000);
}

/**
 * Seconds in words: `42 s`, `5 min`, `2 h 10 min`, `3 d 4 h`.
 * @param {number} seconds
 */
export function span(seconds) {
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  let rest = Math.max(0, Math.round(seconds));
  const words = [];
  for (const [size, unit] of parts) {
    const count = Math.floor(rest / size);
    if (count > 0) words.push(`${count} ${unit}`);
    rest -= count * size;
    if (words.length === 2) break;
  }
  return words.join(" ") || "0 s";
}

/**
 * Seconds as a clock shows them: `0:42`, `12:05`, `2:00:00`.
 * @param {number} seconds
 */
export function countdown(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/**
 * Seconds from now until a time; negative when it has passed, `null` without a time.
 * @param {string | null | undefined} time
 */
export const secondsUntil = (time) => (time ? (Date.parse(time) - now()) / 1000 : null);

/**
 * How long ago a time was, in words.
 * @param {string | null | undefined} time
 */
export function ago(time) {
  if (!time) return "–";
  const seconds = -secondsUntil(time);
  return seconds < 1 ? "just now" : `${span(seconds)} ago`;
}

const sameDay = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const otherDay = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
});

/**
 * A time in the reader's zone: the time of day, with the date unless it is today.
 * @param {string | number | Date} time
 */
export function moment(time) {
  const date = new Date(time);
  return (date.toDateString() === new Date(now()).toDateString() ? sameDay : otherDay).format(date);
}

/**
 * Bytes in binary units: `312 KiB`, `1.5 GiB`.
 * @param {number | null | undefined} value
 */
export function bytes(value) {
  if (value === null || value === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let size = value;
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${size >= 10 || Number.isInteger(size) ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/**
 * `1 host`, `2 hosts`.
 * @param {number} number
 * @param {string} noun
 */
export const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

/**
 * The hue of a tenant, 0 to 359: the same name has the same colour everywhere and always (FNV-1a).
 * @param {string} name
 */
export function hue(name) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  // The low bits of FNV-1a mix badly for short names; fold the high ones in.
  return ((hash ^ (hash >>> 15)) >>> 0) % 360;
}

/**
 * Whether an optional number is there: an absent field is as good as `null`.
 * @param {unknown} value
 */
export const isNumber = (value) => typeof value === "number";

/**
 * The middle of some numbers; `null` for none.
 * @param {number[]} values
 */
export function median(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * A share as a percentage: `0 %`, `0.4 %`, `13 %`, `250 %`.
 * @param {number | null | undefined} share
 */
export function percent(share) {
  if (!isNumber(share)) return "–";
  const value = share * 100;
  const digits = Math.abs(value) < 0.1 ? Number(value.toPrecision(1)) : Math.abs(value) < 10 ? Number(value.toFixed(1)) : Math.round(value);
  const text = value !== 0 && Math.abs(value) < 1e-3 ? "below 0.001" : String(digits);
  return `${text} %`;
}

/**
 * A number with as many digits as say something: `0.043`, `1.2`, `17`, `1,204`.
 * @param {number | null | undefined} value
 */
export function figure(value) {
  if (!isNumber(value)) return "–";
  if (value !== 0 && Math.abs(value) < 10) return String(Number(value.toPrecision(2)));
  return Math.round(value).toLocaleString("en");
}
