// The operator's interface: requests, answers, and errors in words.

import { observe } from "./clock.js";

/** An answer that is an error: RFC 9457 problem details where the server gave them. */
export class Problem extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Sends a request and gives the decoded body with the event number it is valid at.
 * Throws `Problem`; a status of 0 means that there was no answer at all.
 */
export async function request(method, path, body) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method === "POST") headers["Idempotency-Key"] = freshKey();
  let answer;
  try {
    answer = await fetch(path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store",
    });
  } catch {
    throw new Problem(0, "The control plane cannot be reached.");
  }
  observe(answer.headers.get("Date"));
  const text = await answer.text().catch(() => "");
  const value = parse(text);
  if (!answer.ok) throw new Problem(answer.status, explain(answer, value));
  return { value, index: Number(answer.headers.get("Relocate-Index") ?? 0) };
}

/**
 * All items of a list, page after page, at most `most`. The event number is the first page's: what changed while the
 * others were read comes again as an event.
 */
export async function list(path, most) {
  const items = [];
  let cursor = null;
  let index = null;
  do {
    const page = await request("GET", cursor ? `${path}?${new URLSearchParams({ cursor })}` : path);
    index ??= page.index;
    items.push(...page.value.items);
    cursor = page.value.next;
  } while (cursor && items.length < most);
  return { items, index, more: Boolean(cursor) };
}

/** The line for a shell that does the same as `request`. */
export function curl(method, path, body) {
  const words = ["curl"];
  if (method !== "GET") words.push("-X", method);
  words.push(quoted(location.origin + path));
  if (body !== undefined) words.push("-H", quoted("Content-Type: application/json"), "-d", quoted(JSON.stringify(body)));
  return words.join(" ");
}

const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

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
