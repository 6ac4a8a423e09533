// Files for the reader, made in the browser.

/**
 * Hands a text to the browser as a file.
 * @param {string} name
 * @param {string} type its media type
 * @param {string} text
 */
export function download(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // The browser has taken it by the next turn of the loop; a minute is plenty.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/**
 * A table as CSV (RFC 4180). What a spreadsheet would take for a formula gets a quote in front.
 * @param {string[]} titles
 * @param {unknown[][]} rows
 */
export const csv = (titles, rows) => [titles, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";

function cell(value) {
  if (value === null || value === undefined) return "";
  let text = String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
