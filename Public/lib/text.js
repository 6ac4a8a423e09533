// Answers that are text and not JSON.

import { Problem } from "./api.js";

/**
 * An answer that is text, with its status; errors are answers here too.
 * @param {string} path
 * @returns {Promise<{status: number, text: string}>}
 */
export async function requestText(path) {
  try {
    const answer = await fetch(path, { cache: "no-store" });
    return { status: answer.status, text: await answer.text() };
  } catch {
    throw new Problem(0, "The control plane cannot be reached.");
  }
}
