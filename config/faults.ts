/** Where a value stands in a config file; lines and columns count from 1. */
export interface Position {
  /** As the user would type it: relative to the working directory where that is shorter. */
  readonly file: string;
  readonly line: number;
  readonly col: number;
}

/** Keys and list indexes from the top of a file to a value. */
export type Path = readonly (string | number)[];

/** A user's mistake, as data: formatting is a separate, late step. */
export interface Fault extends Position {
  /** Stable: a rule's id, or `yaml`, `schema`, `file`. */
  readonly code: string;
  /** Dotted path to the value, empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** The value as it stands in the file. */
  readonly got?: string;
  /** What is allowed there. */
  readonly allowed?: string;
  /** What to do. */
  readonly fix: string;
}

/** What a check knows of a mistake before its position is looked up. */
export interface Finding {
  readonly path: Path;
  /** The key is wrong, not what stands behind it. */
  readonly atKey?: boolean;
  readonly message: string;
  readonly got?: string;
  readonly allowed?: string;
  readonly fix: string;
}

export const faultFormats = ["text", "json", "github"] as const;
export type FaultFormat = (typeof faultFormats)[number];

/** `hubs.prod.allow`, `sites[0]`. */
export function dotted(path: Path): string {
  return path.map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`)).join("");
}

/** Characters of one part of a fault: a name of a thousand letters tells no more than its start. */
const longest = 600;

function clipped(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 3)}...`;
}

/** Puts a finding at its place. */
export function faultAt(code: string, position: Position, finding: Finding): Fault {
  const { message, got, allowed, fix } = finding;
  const { file, line, col } = position;
  return {
    ...{ code, file, line, col, path: clipped(dotted(finding.path)), message: clipped(message) },
    ...(got === undefined ? {} : { got: clipped(got) }),
    ...(allowed === undefined ? {} : { allowed: clipped(allowed) }),
    fix: clipped(fix),
  };
}

/** File by file, top to bottom; equal faults (a default that reaches ten hubs) once. */
export function sortFaults(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return [...faults]
    .sort(
      (a, b) =>
        compare(a.file, b.file) ||
        a.line - b.line ||
        a.col - b.col ||
        compare(a.code, b.code) ||
        compare(a.path, b.path),
    )
    .filter((f) => {
      const key = JSON.stringify([f.file, f.line, f.col, f.code, f.message]);
      return !seen.has(key) && seen.add(key);
    });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Faults of one file that are shown; a generated file can have a hundred thousand. */
const mostPerFile = 500;

/** At most 500 faults a file, the rest as a number. Takes sorted faults. */
export function cappedFaults(faults: readonly Fault[]): Fault[] {
  const files = [...new Set(faults.map((f) => f.file))];
  if (faults.length <= mostPerFile) return [...faults];
  return files.flatMap((file) => {
    const own = faults.filter((f) => f.file === file);
    const last = own[mostPerFile - 1];
    if (!last || own.length <= mostPerFile) return own;
    const rest = own.length - mostPerFile;
    const message = `${rest} more faults in this file are not shown`;
    return [...own.slice(0, mostPerFile), { ...last, code: "file", path: "", message, fix: "start with those above" }];
  });
}

/** Control and invisible characters as escapes, so that a value can neither hide something nor drive a terminal. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) =>
    c === "\n" ? "\\n" : c === "\t" ? "\\t" : `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** One fault as a person reads it: `file:line:col  path  what, got, allowed, fix`. */
function textOf(f: Fault): string {
  const head = `${f.file}:${f.line}:${f.col}  ${f.path ? `${f.path}  ` : ""}${f.message} [${f.code}]`;
  const rows = [
    ["got:    ", f.got],
    ["allowed:", f.allowed],
    ["fix:    ", f.fix],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`    ${name} ${value}`]));
  return [head, ...rows].map(visible).join("\n");
}

function githubOf(f: Fault, level: "error" | "notice" = "error"): string {
  const data = (s: string) => visible(s).replaceAll("%", "%25");
  const property = (s: string) => data(s).replaceAll(":", "%3A").replaceAll(",", "%2C");
  const parts = [f.message, f.got && `got ${f.got}`, f.allowed && `allowed: ${f.allowed}`, `fix: ${f.fix}`];
  const title = property(f.path || f.code);
  return `::${level} file=${property(f.file)},line=${f.line},col=${f.col},title=${title}::${data(parts.filter(Boolean).join("; "))}`;
}

/**
 * All faults as text for a person, JSON for a program, or GitHub's workflow commands (annotations in a pull request).
 * `notes` are no mistakes: things to know, which fail nothing.
 */
export function formatFaults(faults: readonly Fault[], format: FaultFormat, notes: readonly Fault[] = []): string {
  if (format === "json") return JSON.stringify({ faults, notes }, null, 2);
  const github = format === "github";
  return [
    ...faults.map((f) => (github ? githubOf(f) : textOf(f))),
    ...notes.map((n) => (github ? githubOf(n, "notice") : textOf({ ...n, message: `note: ${n.message}` }))),
  ].join("\n");
}
