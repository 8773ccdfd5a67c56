import type { Fault } from "./faults";

/** A config file is a page, not a database: larger ones are refused before they are read. Bytes. */
export const maxFileBytes = 1_048_576;
/** Deeper nesting than any config needs; protects the parser's stack. */
export const maxDepth = 40;

/** What is wrong with a file's bytes before they are parsed as YAML, if anything is. */
export function textFault(file: string, bytes: Buffer): Fault | undefined {
  if (bytes.length > maxFileBytes) return tooLarge(file, bytes.length);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return wholeFile(file, "the file starts with a byte order mark", 'save it as "UTF-8" without BOM');
  if (bytes.includes(0) || !isUtf8(bytes)) return wholeFile(file, "the file is not UTF-8 text", "save it as UTF-8");
  const line = firstTooDeep(bytes.toString("utf8"));
  return line > 0 ? { ...tooDeep(file), line } : undefined;
}

/** A fault of a file as a whole, at its start. */
export function wholeFile(file: string, message: string, fix: string): Fault {
  return { code: "yaml", file, line: 1, col: 1, path: "", message, fix };
}

export function tooLarge(file: string, bytes: number): Fault {
  return wholeFile(
    file,
    `the file has ${bytes} bytes, at most ${maxFileBytes} are read`,
    "split it: one file per site",
  );
}

export function tooDeep(file: string): Fault {
  return wholeFile(file, `nested deeper than ${maxDepth} levels`, "nothing in a federation needs that; remove it");
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The first line nested too deeply to be parsed safely, else 0: counts open brackets, indents and `- ` runs, without parsing. */
function firstTooDeep(text: string): number {
  let open = 0;
  let number = 0;
  for (const line of text.split("\n")) {
    number++;
    for (const c of line) {
      if (c === "[" || c === "{") open++;
      else if ((c === "]" || c === "}") && open > 0) open--;
      if (open > maxDepth) return number;
    }
    const lead = /^ *((?:[-?:] +)*)/.exec(line);
    if ((lead?.[0].length ?? 0) > maxDepth * 10 || (lead?.[1]?.split(/ +/).length ?? 0) > maxDepth) return number;
  }
  return 0;
}

/** Where lines start in a text. The parser's own counter loses count behind an error. */
export class Lines {
  private readonly starts = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.starts.push(at + 1);
  }

  /** Line and column of an offset, from 1. */
  at(offset: number): { line: number; col: number } {
    let [low, high] = [0, this.starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, col: offset - (this.starts[low] as number) + 1 };
  }
}
