import type { z } from "zod";
import { type Fault, type Finding, faultAt, type Path } from "./faults";
import { type Draft, withFix } from "./fixes";
import { lookUp, plain } from "./merge";
import { type Note, unpack } from "./schema/fields";
import { keysToCome } from "./schema/not-yet";
import { didYouMean, listed } from "./suggest";
import type { Tree } from "./yaml";

type Issue = z.core.$ZodIssue;

/** Mistakes of one file whose fix is looked for, which costs more than to find them; few more are ever shown. */
const mostFixed = 1000;

/** Checks a tree against a schema: the parsed value, or every mistake with its place. */
export function check<S extends z.ZodType>(schema: S, tree: Tree): { value?: z.output<S>; faults: Fault[] } {
  const result = schema.safeParse(plain(tree), { reportInput: true });
  if (result.success) return { value: result.data, faults: [] };
  const found = result.error.issues.flatMap((issue) => findings(issue as Issue, tree, []));
  const fixed = withoutEchoes(found).map((draft, i) =>
    i < mostFixed ? withFix(schema, tree, draft) : { fix: "start with the first faults of this file", ...draft },
  );
  return { faults: fixed.map((finding) => place(tree, finding)) };
}

/** A slip in a required key is one fault: the key that is missing is the one that was meant. */
function withoutEchoes(found: readonly Draft[]): Draft[] {
  const meant = new Set(found.flatMap((f) => (f.atKey && f.fix ? [keyMeant(f.path, f.fix)] : [])));
  return found.filter((f) => !(f.why === "missing" && meant.has(JSON.stringify(f.path))));
}

function keyMeant(path: Path, fix: string): string {
  return JSON.stringify([...path.slice(0, -1), /^did you mean "(.*)"\?$/.exec(fix)?.[1]]);
}

/** A finding at its place in the tree; what stands there becomes `got`, unless the finding says otherwise (`""`: nothing). */
export function place(tree: Tree, finding: Finding, code = "schema"): Fault {
  const { node, at, keyAt } = lookUp(tree, finding.path);
  const { got: said, ...rest } = finding;
  const got = said ?? (node?.kind === "scalar" && !finding.atKey ? shown(node.text, finding.path) : "");
  return faultAt(code, finding.atKey ? keyAt : at, { ...rest, ...(got === "" ? {} : { got }) });
}

const secret = /(secret|password|passphrase|token|credentials?|access_?key|secret_?key)$/i;

/** A value for a message: one line of at most 80 characters, and never what may be a secret in the wrong place. */
function shown(text: string, path: Path): string {
  if (path.some((part) => typeof part === "string" && secret.test(part))) return "(not shown, it may be a secret)";
  const line = text.replaceAll("\n", " ");
  return line.length <= 80 ? line : `${line.slice(0, 77)}...`;
}

function findings(issue: Issue, tree: Tree, prefix: Path): Draft[] {
  const path = [...prefix, ...(issue.path as (string | number)[])];
  const note = unpack(issue.message);
  switch (issue.code) {
    case "unrecognized_keys":
      return unknownKeys(path, issue.keys, note);
    case "invalid_type":
      return [wrongType(path, issue.expected, tree, note?.allowed)];
    case "invalid_value":
      return [wrongValue(path, issue.values.map(String), tree)];
    case "invalid_union":
      return wrongUnion(issue, tree, path);
    case "too_small":
      return [tooFar(path, issue.origin, "at least", Number(issue.minimum))];
    case "too_big":
      return [tooFar(path, issue.origin, "at most", Number(issue.maximum))];
    default:
      return [noted(issue, path)];
  }
}

function noted(issue: Issue, path: Path): Draft {
  const note = unpack(issue.message);
  const atKey = issue.code === "custom" && issue.params?.key === true;
  return {
    path,
    message: note?.message ?? issue.message,
    ...(note?.allowed ? { allowed: note.allowed } : {}),
    ...(note?.fix ? { fix: note.fix } : {}),
    ...(atKey ? { atKey } : {}),
  };
}

/** Unknown keys of one map that are named one by one. */
const mostUnknown = 20;

function unknownKeys(path: Path, keys: readonly string[], note: Note | undefined): Draft[] {
  const allowed = note?.allowed;
  const each = keys.slice(0, mostUnknown).map((key): Draft => {
    const refused = Object.entries(note?.refused ?? {}).find(([name]) => name === key)?.[1];
    return refused
      ? { path: [...path, key], atKey: true, ...refused }
      : unknownKey(path, key, note?.names ?? [], allowed);
  });
  const rest = keys.length - mostUnknown;
  return rest > 0
    ? [...each, { path, message: `${rest} more unknown keys`, ...(allowed ? { allowed } : {}), fix: "remove them" }]
    : each;
}

function unknownKey(path: Path, key: string, names: readonly string[], allowed: string | undefined): Draft {
  const hint = didYouMean(key, names);
  const later = path.length === 0 && hint === undefined && keysToCome.includes(key);
  return {
    path: [...path, key],
    atKey: true,
    message: later ? `this version has no "${key}" here yet` : `unknown key "${key}"`,
    ...(allowed ? { allowed } : {}),
    why: "unknown",
    ...(hint ? { fix: hint } : later ? { fix: "remove it" } : {}),
  };
}

const words: Record<string, string> = {
  object: "a map",
  record: "a map",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function wrongType(path: Path, expected: string, tree: Tree, said: string | undefined): Draft {
  const { node } = lookUp(tree, path);
  const word = words[expected] ?? expected;
  const allowed = said ?? word;
  const message = `expected ${word}`;
  if (!node) return missing(path, allowed);
  if (node.kind !== "scalar") return { path, message, got: kindOf(node), allowed };
  if (node.value === null) return { path, message: `${message}, but nothing stands here`, allowed };
  if (expected === "string") return { path, message: `YAML reads this as a ${typeof node.value}`, allowed };
  if (expected === "array") return { path, message, allowed, fix: `write [${node.text}]` };
  return { path, message, allowed, ...unquoted(expected, node.value) };
}

/** `"8610"` where a number is expected: the quotes are what is wrong. */
function unquoted(expected: string, value: string | number | boolean): { got?: string; fix?: string } {
  if (typeof value !== "string") return {};
  const fits = expected === "boolean" ? /^(true|false)$/.test(value) : /^-?\d+(\.\d+)?$/.test(value);
  return fits && words[expected] ? { got: `"${value}"`, fix: "remove the quotes" } : {};
}

function missing(path: Path, allowed: string | undefined): Draft {
  return { path, why: "missing", message: `"${String(path.at(-1))}" is required`, ...(allowed ? { allowed } : {}) };
}

function kindOf(node: Tree): string {
  return node.kind === "map" ? "a map" : "a list";
}

function wrongValue(path: Path, values: readonly string[], tree: Tree): Draft {
  const { node } = lookUp(tree, path);
  const allowed = listed(values);
  if (!node) return missing(path, allowed);
  const hint = node.kind === "scalar" ? didYouMean(node.text, values) : undefined;
  const got = node.kind === "scalar" ? {} : { got: kindOf(node) };
  return { path, message: "not an allowed value", ...got, allowed, ...(hint ? { fix: hint } : {}) };
}

const units: Record<string, [string, string]> = {
  string: ["character", "characters"],
  array: ["entry", "entries"],
};

function tooFar(path: Path, origin: string, bound: string, limit: number): Draft {
  const unit = units[origin]?.[limit === 1 ? 0 : 1];
  if (bound === "at least" && limit === 1 && unit) return { path, why: "empty", message: "must not be empty" };
  const message = unit ? (bound === "at least" ? "too short" : "too long") : "out of range";
  const why = message === "too long" ? "long" : "range";
  return { path, why, message, allowed: `${bound} ${limit}${unit ? ` ${unit}` : ""}` };
}

/**
 * Of a union, the branch that the user meant: its kind of value (map, list, text) was written, it is of the `kind` that was
 * written, and it has the fewest faults.
 */
function wrongUnion(issue: Extract<Issue, { code: "invalid_union" }>, tree: Tree, path: Path): Draft[] {
  const { node } = lookUp(tree, path);
  if (issue.errors.length === 0) return [discriminator(issue, tree, path)];
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => findings(inner, tree, path)));
  if (!node) return [missing(path, alternatives(branches.flat()))];
  const fitting = branches.filter((_, n) => issue.errors[n]?.every((i) => !rejectsKind(i)));
  const kind = lookUp(tree, [...path, "kind"]).node;
  const named = kind ? fitting.filter((found) => !found.some((f) => isKindOf(f, path))) : [];
  const chosen = (named.length > 0 ? named : fitting).sort((a, b) => a.length - b.length)[0];
  if (chosen) return chosen;
  const allowed = alternatives(branches.flat());
  const hint = node.kind === "scalar" ? didYouMean(node.text, allowed.split(/, (?:or )?/)) : undefined;
  const got = node.kind === "scalar" ? {} : { got: kindOf(node) };
  return [
    { path, message: "not an allowed value", ...got, ...(allowed ? { allowed } : {}), ...(hint ? { fix: hint } : {}) },
  ];
}

/** A fault of the `kind` of what stands at a path. */
function isKindOf(found: Draft, path: Path): boolean {
  return found.path.length === path.length + 1 && found.path.at(-1) === "kind";
}

function alternatives(found: readonly Draft[]): string {
  return [...new Set(found.flatMap((f) => (f.allowed ? [f.allowed] : [])))].join(", or ");
}

function rejectsKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
}

function discriminator(issue: Extract<Issue, { code: "invalid_union" }>, tree: Tree, path: Path): Draft {
  const known = issue as { discriminator?: string; options?: readonly unknown[] };
  const own =
    known.discriminator !== undefined && path.at(-1) !== known.discriminator ? [...path, known.discriminator] : path;
  return wrongValue(own, (known.options ?? []).map(String), tree);
}
