/** A synthesized stack as people review it: the values of releases as trees, what fits a line on one, digests and versions masked. */
export function readableStack(text: string): string {
  return `${compact(opened(JSON.parse(text)), "")}\n`
    .replaceAll(/\b[0-9a-f]{64}\b/g, "<sha256>")
    .replaceAll(/\b[0-9A-F]{32}\b/g, "<asset>")
    .replaceAll(/"version": "\d+\.\d+\.\d+"/g, '"version": "<version>"');
}

/** Texts longer than that are programs and archives of ours, which are files elsewhere. */
const longest = 700;

/** Columns of a line. */
const width = 160;

function opened(value: unknown): unknown {
  if (typeof value === "string") return openedText(value);
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).filter(([key]) => key !== "//");
  return Object.fromEntries(known.map(([key, one]) => [key, opened(one)]));
}

function openedText(text: string): unknown {
  if (text.length > 100 && /^[{[]/.test(text)) {
    try {
      return opened(JSON.parse(text));
    } catch {
      // a text that only looks like it
    }
  }
  return text.length > longest ? `<${text.split("\n").length} lines>` : text;
}

/** Trees that deep stand on a line of their own however long it is: an object of a list, an entry of a form. */
const deepest = 7;

/** JSON of which every tree that fits a line stands on one. */
function compact(value: unknown, indent: string): string {
  const line = spaced(value);
  if (indent.length >= deepest || indent.length + line.length <= width || typeof value !== "object" || value === null)
    return line;
  const deeper = `${indent} `;
  const list = Array.isArray(value);
  const parts = list
    ? value.map((one) => deeper + compact(one, deeper))
    : Object.entries(value).map(([key, one]) => `${deeper}${JSON.stringify(key)}: ${compact(one, deeper)}`);
  return `${list ? "[" : "{"}\n${parts.join(",\n")}\n${indent}${list ? "]" : "}"}`;
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${spaced(one)}`);
  return `{ ${parts.join(", ")} }`;
}
