import type { Scalar } from "yaml";
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from "yaml";
import { type Fault, type Finding, faultAt, type Path, type Position } from "./faults";
import { Lines, maxDepth, textFault, tooDeep, wholeFile } from "./yaml-text";

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

/** Words that common YAML 1.1 readers take for booleans and 1.2 readers for text: whoever wrote one meant something else somewhere. */
const ambiguous = /^(yes|no|on|off)$/i;

/** Keys that JavaScript objects have without being given them. Refusing them here keeps every later look-up honest. */
const inherited = new Set(["__proto__", "constructor", "prototype"]);

/** Control characters but newline and tab, half characters, and what is no character: no program hands these on unharmed. */
const unprintable = /(?![\n\t])\p{Cc}|\p{Cs}|\p{Noncharacter_Code_Point}|\ufeff/u;
const notText = { message: "a control character, or what is no character", fix: "remove it" };

const instead = "use `defaults` or `templates` of the federation file";

/** Reads one YAML document into a tree. Never throws on bad input: what is wrong comes back as faults (then `tree` may be undefined). */
export function readYaml(file: string, bytes: Buffer): { tree: Tree | undefined; faults: Fault[] } {
  const early = textFault(file, bytes);
  if (early) return { tree: undefined, faults: [early] };
  const text = bytes.toString("utf8");
  const lines = new Lines(text);
  try {
    const document = parseDocument(text, {
      prettyErrors: false,
      version: "1.2",
      // Its own check compares all pairs of keys; ours below is linear and knows the first one's line.
      uniqueKeys: false,
    });
    const faults = syntaxFaults(file, document, lines);
    if (faults.length > 0) return { tree: undefined, faults };
    if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
      return { tree: undefined, faults: [wholeFile(file, "the file is empty", "`isthmus schema` lists its keys")] };
    const reader = new TreeReader(file, lines);
    const tree = reader.tree(document.contents as Node, [], { file, line: 1, col: 1 });
    return { tree: reader.incomplete ? undefined : tree, faults: reader.faults };
  } catch (error) {
    // Brackets in quotes can hide nesting from the count before parsing; then the parser's stack ends.
    if (error instanceof RangeError) return { tree: undefined, faults: [tooDeep(file)] };
    throw error;
  }
}

function syntaxFaults(file: string, document: Document.Parsed, lines: Lines): Fault[] {
  const faults = document.errors.map((error): Fault => {
    return faultAt("yaml", { file, ...lines.at(error.pos[0]) }, { path: [], ...wording(error.code, error.message) });
  });
  if (faults.length === 0 && document.directives?.yaml.explicit)
    faults.push(wholeFile(file, "YAML directives are not read", "remove the %YAML line"));
  // One slip makes several errors on its line; only the first tells something.
  return faults.filter((f, i) => faults.findIndex((g) => g.line === f.line) === i);
}

/** The library's errors in a user's words: its code, or a part of its message, -> what and what to do. */
const wordings: readonly [RegExp, string, string][] = [
  [/TAB_AS_INDENT/, "a tab in the indentation", "YAML indents with spaces only"],
  [/MULTIPLE_DOCS/, "a second document in the file", "one document per file: remove the `---` line"],
  [/call stack/, "nested too deeply", "nothing in a federation needs that; remove it"],
  [/Missing closing .quote/, "a quote that was opened above is not closed", "close it"],
  [/Flow (map|sequence)/, "a { or [ that was opened above is not closed here", "close it, and indent what is in it"],
  [/Implicit map keys/, "a key without a colon", "write `key: value`"],
  [
    /BLOCK_AS_IMPLICIT_KEY/,
    "a second `: ` on this line, or a deeper line below a value",
    'quote text that contains ": ", or correct the indentation',
  ],
  [/BAD_SCALAR_START/, "a value cannot start with this character", "quote the value"],
  [/BAD_INDENT/, "the indentation fits no line above", "start the keys of one map in one column"],
];

function wording(code: string, text: string): { message: string; fix: string } {
  const known = wordings.find(([pattern]) => pattern.test(`${code} ${text}`));
  if (known) return { message: known[1], fix: known[2] };
  const line = text.split("\n")[0] ?? "";
  const message = `not valid YAML: ${line.charAt(0).toLowerCase()}${line.slice(1)}`;
  return { message, fix: "correct this line or the one above, or quote the text in it" };
}

/** Turns the library's nodes into trees; what a federation has no use for (anchors, tags, odd keys) becomes faults. */
class TreeReader {
  readonly faults: Fault[] = [];
  /** Something could not be read at all: to check the rest would call it missing. */
  incomplete = false;

  constructor(
    private readonly file: string,
    private readonly lines: Lines,
  ) {}

  /** `parent` is the place of a node that has none of its own. */
  tree(node: Node | null, path: Path, parent: Position): Tree {
    if (node === null) return nothing(parent);
    const at = this.position(node);
    if (path.length > maxDepth) {
      this.incomplete = true;
      const { message, fix } = tooDeep(this.file);
      this.complain(at, { path: path.slice(0, 3), message, fix });
      return nothing(at);
    }
    if (isAlias(node)) this.incomplete = true;
    if (isAlias(node) || node.anchor)
      this.complain(at, { path, message: "anchors and aliases are not read", fix: instead });
    if (isAlias(node)) return nothing(at);
    if (node.tag) this.complain(at, { path, message: "tags are not read", got: shortTag(node.tag), fix: "remove it" });
    if (isMap(node)) return this.map(node.items, at, path);
    if (isSeq(node))
      return { kind: "list", at, items: node.items.map((item, i) => this.tree(item as Node | null, [...path, i], at)) };
    return this.scalar(node as Scalar, at, path);
  }

  private map(items: readonly unknown[], at: Position, path: Path): Tree {
    const entries = new Map<string, Entry>();
    for (const item of items) {
      if (!isPair(item) || !isScalar(item.key)) {
        this.incomplete = true;
        const keyAt = isPair(item) && item.key ? this.position(item.key as Node) : at;
        this.complain(keyAt, { path, message: "a key must be one word of text", fix: "write `key: value`" });
        continue;
      }
      const keyAt = this.position(item.key as Node);
      const key = typeof item.key.value === "string" ? item.key.value : (item.key.source ?? "");
      if (!this.keyAllowed(item.key, key, keyAt, path, entries)) continue;
      const value = this.tree(item.value as Node | null, [...path, key], keyAt);
      entries.set(key, { at: keyAt, value });
    }
    return { kind: "map", at, entries };
  }

  private keyAllowed(node: Scalar, key: string, at: Position, path: Path, before: Map<string, Entry>): boolean {
    const complain = (message: string, fix: string) => this.complain(at, { path: [...path, key], message, fix });
    const first = before.get(key);
    if (unprintable.test(key)) complain(notText.message, notText.fix);
    if (node.anchor || node.tag) complain("anchors and tags are not read", "remove it");
    if (node.type === "PLAIN" && ambiguous.test(key))
      complain("some YAML readers take this key for a boolean", `quote it: "${key}"`);
    if (key === "<<") {
      this.incomplete = true;
      complain("merge keys are not read", instead);
    } else if (key === "") complain("a key is missing before the colon", "write `key: value`");
    else if (inherited.has(key)) complain(`"${key}" cannot be a key`, "choose another name");
    else if (first) complain(`the key "${key}" is already on line ${first.at.line}`, "keep one of them");
    else return true;
    return false;
  }

  private scalar(node: Scalar, at: Position, path: Path): Tree {
    const text = node.source ?? String(node.value);
    const value = node.value;
    if (typeof value === "string" && unprintable.test(value)) this.complain(at, { path, ...notText });
    if (typeof value === "string" && node.type === "PLAIN" && ambiguous.test(value))
      this.complain(at, {
        path,
        message: "some YAML readers take this word for a boolean",
        got: text,
        fix: `quote it: "${text}"; or write true or false`,
      });
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null)
      return { kind: "scalar", at, value, text };
    return { kind: "scalar", at, value: text, text };
  }

  private position(node: Node): Position {
    return { file: this.file, ...this.lines.at(node.range?.[0] ?? 0) };
  }

  private complain(at: Position, finding: Finding): void {
    this.faults.push(faultAt("yaml", at, finding));
  }
}

function nothing(at: Position): Tree {
  return { kind: "scalar", at, value: null, text: "" };
}

function shortTag(tag: string): string {
  return tag.replace("tag:yaml.org,2002:", "!!");
}
