// The operator's interface: requests, answers, and errors in words.

import { observe } from "./clock.js";

const PAGE = 1000; // the most items that the control plane gives at once

/** An answer that is an error: RFC 9457 problem details where the server gave them. */
export class Problem extends Error {
  /**
   * @param {number} status the HTTP status; 0 means that there was no answer at all
   * @param {string} message what was wrong, in words
   * @param {{pointer: string, detail: string}[]} errors the fields that are wrong
   */
  constructor(status, message, errors = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }

  /** The first field that is wrong, such as `clock.threshold`; `null` when it is about no field. */
  get field() {
    return this.errors[0]?.pointer.replace(/^\//, "").replaceAll("/", ".") ?? null;
  }
}

/**
 * Sends a request and gives the decoded body, the event number it is valid at, and the version's tag.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {{headers?: Record<string, string>, signal?: AbortSignal}} [options]
 * @returns {Promise<{value: any, index: number, tag: string | null}>}
 * @throws {Problem}
 */
export async function request(method, path, body, { headers = {}, signal } = {}) {
  const fields = { Accept: "application/json", ...headers };
  if (body !== undefined) fields["Content-Type"] = "application/json";
  if (method === "POST") fields["Idempotency-Key"] = freshKey();
  let answer;
  try {
    answer = await fetch(path, {
      method, headers: fields, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store", signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "The control plane cannot be reached.");
  }
  observe(answer.headers.get("Date"));
  const text = await answer.text().catch(() => "");
  const value = parse(text);
  if (!answer.ok) throw new Problem(answer.status, explain(answer, value), value?.errors ?? []);
  return { value, index: Number(answer.headers.get("Relocate-Index") ?? 0), tag: answer.headers.get("ETag") };
}

/**
 * The items of a list, page after page, at most `most`, and how many the whole list has. The event number is the first
 * page's: what changed while the others were read comes again as an event.
 * @param {string} path
 * @param {number} most
 * @returns {Promise<{items: any[], index: number, total: number}>}
 */
export async function list(path, most) {
  const items = [];
  let cursor = null;
  let index = null;
  let total;
  do {
    const limit = Math.min(PAGE, most - items.length);
    const page = await request("GET", withQuery(path, { limit, cursor }));
    index ??= page.index;
    items.push(...page.value.items);
    cursor = page.value.next;
    total = page.value.total ?? items.length;
  } while (cursor && items.length < most);
  return { items, index, total };
}

/**
 * A path with more parameters; empty ones are left out.
 * @param {string} path
 * @param {Record<string, unknown>} parameters
 */
export function withQuery(path, parameters) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value
    || value === 0).map(([key, value]) => [key, String(value)]));
  const text = query.toString();
  return text ? `${path}${path.includes("?") ? "&" : "?"}${text}` : path;
}

function parse(text) {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function explain(answer, problem) {
  const words = problem?.detail ?? problem?.title;
  if (words) return words;
  if (answer.status === 401) return "You are not signed in.";
  if (answer.status === 403) return "You may not do this.";
  return `The control plane answered ${answer.status} ${answer.statusText}`.trim() + ".";
}

// `crypto.randomUUID` is missing on plain-HTTP origins other than localhost.
const freshKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
