// The part of Markdown that reports of simulations use, taken apart: headings, paragraphs, lists, tables, code, and in lines
// bold text, code and escapes. Everything else is the text that it is.

/**
 * @typedef {{kind: "text" | "bold" | "code", text: string}} Piece
 * @typedef {{kind: "heading", level: number, text: string} | {kind: "paragraph" | "code", text: string}
 *   | {kind: "list", items: string[]} | {kind: "table", head: string[], rows: string[][]}} Block
 */

const ESCAPED = /[!-/:-@[-`{-~]/; // the signs that a backslash takes the meaning from

/**
 * The blocks of a text. Their words still have to go through `pieces`, but those of code.
 * @param {string} text
 * @returns {Block[]}
 */
export function blocks(text) {
  const found = [];
  let open = null; // the block that the next line may go on with
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) open = next(line, open, found);
  for (const block of found) if (block.kind === "code") block.text = block.text.trimEnd();
  return found;
}

function next(line, open, found) {
  const begin = (block) => {
    found.push(block);
    return block;
  };
  if (open?.isFenced) {
    if (/^```/.test(line)) return null;
    open.text += `${line}\n`;
    return open;
  }
  if (/^```/.test(line)) return begin({ kind: "code", text: "", isFenced: true });
  if (/^ {4}/.test(line) && !["paragraph", "list"].includes(open?.kind)) {
    const block = open?.kind === "code" ? open : begin({ kind: "code", text: "" });
    block.text += `${line.slice(4)}\n`;
    return block;
  }
  if (line.trim() === "") return null;
  const heading = /^(#{1,6}) +(.*?)\s*$/.exec(line);
  if (heading) {
    begin({ kind: "heading", level: heading[1].length, text: heading[2] });
    return null;
  }
  const item = /^[-*] +(.*)$/.exec(line);
  if (item) {
    const list = open?.kind === "list" ? open : begin({ kind: "list", items: [] });
    list.items.push(item[1]);
    return list;
  }
  if (line.startsWith("|")) {
    const row = cells(line);
    if (open?.kind !== "table") return begin({ kind: "table", head: row, rows: [] });
    if (!row.every((cell) => /^:?-+:?$/.test(cell))) open.rows.push(row);
    return open;
  }
  if (open?.kind === "list") open.items.push(`${open.items.pop()} ${line.trim()}`);
  else if (open?.kind === "paragraph") open.text += ` ${line.trim()}`;
  else return begin({ kind: "paragraph", text: line.trim() });
  return open;
}

/** The cells of a row; a sign for a column that is escaped is none. */
function cells(line) {
  const row = [""];
  for (let at = 1; at < line.length; at += 1) {
    if (line[at] === "\\") row[row.length - 1] += line[at] + (line[(at += 1)] ?? "");
    else if (line[at] === "|") row.push("");
    else row[row.length - 1] += line[at];
  }
  if (row.at(-1).trim() === "") row.pop();
  return row.map((cell) => cell.trim());
}

/**
 * A line's words, taken apart.
 * @param {string} text
 * @returns {Piece[]}
 */
export function pieces(text) {
  const found = [];
  const say = (kind, words) => {
    if (kind === "text" && found.at(-1)?.kind === "text") found.at(-1).text += words;
    else if (words) found.push({ kind, text: words });
  };
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const code = /^(`+)(.+?)\1(?!`)/.exec(rest);
    const bold = /^\*\*((?:\\.|[^\\])+?)\*\*/.exec(rest);
    if (rest[0] === "\\" && ESCAPED.test(rest[1] ?? "")) {
      say("text", rest[1]);
      at += 2;
    } else if (code) {
      say("code", code[2].trim());
      at += code[0].length;
    } else if (bold) {
      say("bold", plain(bold[1]));
      at += bold[0].length;
    } else {
      say("text", rest[0]);
      at += 1;
    }
  }
  return found;
}

/**
 * A line's words without what they look like.
 * @param {string} text
 */
export const plain = (text) => pieces(text).map((piece) => piece.text).join("");
