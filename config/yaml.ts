import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from "yaml";
import { type Fault, faultAt, type Position } from "./faults";

/** A YAML value with its place; the merge of defaults and the schema check work on this, so every fault finds its line. */
export type Tree =
  | { readonly kind: "map"; readonly at: Position; readonly entries: Map<string, Entry> }
  | { readonly kind: "list"; readonly at: Position; readonly items: readonly Tree[] }
  | {
      readonly kind: "scalar";
      readonly at: Position;
      readonly value: string | number | boolean | null;
      readonly text: string;
    };

export interface Entry {
  /** Where the key stands. */
  readonly at: Position;
  readonly value: Tree;
}

/** A config file is a page, not a database: larger ones are refused before they are parsed. Bytes. */
export const maxFileBytes = 1_048_576;
/** Deeper nesting than any config needs; protects the parser's stack. */
export const maxDepth = 40;

/** Words that YAML 1.1 tools read as booleans and 1.2 tools as text: whoever wrote one meant something else somewhere. */
const ambiguous = /^(y|yes|n|no|on|off)$/i;

interface Reading {
  readonly file: string;
  readonly lines: LineCounter;
  readonly faults: Fault[];
}

/** Reads one YAML document into a tree. Never throws on bad input: what is wrong comes back as faults (then `tree` may be undefined). */
export function readYaml(file: string, bytes: Buffer): { tree: Tree | undefined; faults: Fault[] } {
  const early = earlyFault(file, bytes);
  if (early) return { tree: undefined, faults: [early] };
  const reading: Reading = { file, lines: new LineCounter(), faults: [] };
  const document = parseDocument(bytes.toString("utf8"), {
    lineCounter: reading.lines,
    prettyErrors: false,
    version: "1.2",
  });
  for (const error of [...document.errors, ...document.warnings]) {
    const { line, col } = reading.lines.linePos(error.pos[0]);
    reading.faults.push({ code: "yaml", file, line, col: col || 1, path: "", ...wording(error.code, error.message) });
  }
  if (document.errors.length > 0) return { tree: undefined, faults: reading.faults };
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    reading.faults.push(fileFault(file, "the file is empty", "start it with the keys that `isthmus schema` lists"));
    return { tree: undefined, faults: reading.faults };
  }
  const tree = treeOf(document.contents as Node, reading, []);
  return { tree, faults: reading.faults };
}

function fileFault(file: string, message: string, fix: string): Fault {
  return { code: "yaml", file, line: 1, col: 1, path: "", message, fix };
}

function earlyFault(file: string, bytes: Buffer): Fault | undefined {
  if (bytes.length > maxFileBytes)
    return fileFault(
      file,
      `the file has ${bytes.length} bytes, at most ${maxFileBytes} are read`,
      "split it: one file per site",
    );
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return fileFault(file, "the file starts with a byte order mark", 'save it as "UTF-8" without BOM');
  if (bytes.includes(0) || !isUtf8(bytes)) return fileFault(file, "the file is not UTF-8 text", "save it as UTF-8");
  const depth = deepest(bytes);
  if (depth > 0)
    return { ...fileFault(file, `nested deeper than ${maxDepth} levels`, "no key needs that"), line: depth };
  return undefined;
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
function deepest(bytes: Buffer): number {
  let open = 0;
  let lineNumber = 0;
  for (const line of bytes.toString("utf8").split("\n")) {
    lineNumber++;
    for (const c of line) {
      if (c === "[" || c === "{") open++;
      else if ((c === "]" || c === "}") && open > 0) open--;
      if (open > maxDepth) return lineNumber;
    }
    const lead = /^[ ]*((?:[-?:] +)*)/.exec(line);
    if ((lead?.[0].length ?? 0) > maxDepth * 10 || (lead?.[1]?.split(/ +/).length ?? 0) > maxDepth) return lineNumber;
  }
  return 0;
}

const wordings: Record<string, { message: string; fix: string }> = {
  DUPLICATE_KEY: { message: "this key is already there, a few lines up", fix: "keep one of them" },
  TAB_AS_INDENT: { message: "a tab in the indentation", fix: "YAML indents with spaces only" },
  MULTIPLE_DOCS: { message: "a second document in the file", fix: "one document per file: remove the `---` line" },
};

function wording(code: string, message: string): { message: string; fix?: string } {
  const known = wordings[code];
  if (known) return known;
  return { message: `not valid YAML: ${message.split("\n")[0]}` };
}

function positionOf(node: Node, reading: Reading): Position {
  const { line, col } = reading.lines.linePos(node.range?.[0] ?? 0);
  return { file: reading.file, line: line || 1, col: col || 1 };
}

function treeOf(node: Node | null, reading: Reading, path: readonly (string | number)[]): Tree {
  if (node === null) return { kind: "scalar", at: { file: reading.file, line: 1, col: 1 }, value: null, text: "" };
  const at = positionOf(node, reading);
  const complain = (message: string, got: string | undefined, fix: string) =>
    reading.faults.push(faultAt("yaml", at, { path, message, fix, ...(got === undefined ? {} : { got }) }));
  if (path.length > maxDepth) {
    complain(`nested deeper than ${maxDepth} levels`, undefined, "no key needs that");
    return { kind: "scalar", at, value: null, text: "" };
  }
  if (isAlias(node) || ("anchor" in node && node.anchor)) {
    complain("anchors and aliases are not read", undefined, "use `defaults` or `templates` of federation.yaml");
    return { kind: "scalar", at, value: null, text: "" };
  }
  if (node.tag && !node.tag.startsWith("tag:yaml.org,2002:")) complain("tags are not read", node.tag, "remove the tag");
  if (isMap(node)) return mapOf(node.items, at, reading, path);
  if (isSeq(node)) {
    const items = node.items.map((item, i) => treeOf(item as Node | null, reading, [...path, i]));
    return { kind: "list", at, items };
  }
  return scalarOf(node as Scalar, at, complain);
}

function mapOf(items: readonly unknown[], at: Position, reading: Reading, path: readonly (string | number)[]): Tree {
  const entries = new Map<string, Entry>();
  for (const item of items) {
    if (!isPair(item) || !isScalar(item.key)) {
      reading.faults.push(
        faultAt("yaml", at, { path, message: "a key must be plain text", fix: "write `key: value`" }),
      );
      continue;
    }
    const keyAt = positionOf(item.key as Node, reading);
    const key = typeof item.key.value === "string" ? item.key.value : (item.key.source ?? String(item.key.value));
    if (key === "<<") {
      reading.faults.push(
        faultAt("yaml", keyAt, {
          path: [...path, key],
          message: "merge keys are not read",
          fix: "use `defaults` or `templates` of federation.yaml",
        }),
      );
      continue;
    }
    const value = treeOf(item.value as Node | null, reading, [...path, key]);
    entries.set(key, { at: keyAt, value: item.value === null ? { ...value, at: keyAt } : value });
  }
  return { kind: "map", at, entries };
}

function scalarOf(node: Scalar, at: Position, complain: (message: string, got: string, fix: string) => void): Tree {
  const text = node.source ?? String(node.value);
  const value = node.value;
  if (typeof value === "string" && node.type === "PLAIN" && ambiguous.test(value))
    complain("some YAML readers take this word for a boolean", text, `quote it: "${text}"; or write true or false`);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null)
    return { kind: "scalar", at, value, text };
  return { kind: "scalar", at, value: text, text };
}
