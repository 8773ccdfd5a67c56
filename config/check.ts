import type { z } from "zod";
import { type Fault, type Finding, faultAt, type Path } from "./faults";
import { lookUp, plain } from "./merge";
import { unpack } from "./schema/fields";
import { didYouMean, listed } from "./suggest";
import type { Tree } from "./yaml";

type Issue = z.core.$ZodIssue;

/** Checks a tree against a schema: the parsed value, or every mistake with its place. */
export function check<S extends z.ZodType>(schema: S, tree: Tree): { value?: z.output<S>; faults: Fault[] } {
  const result = schema.safeParse(plain(tree), { reportInput: true });
  if (result.success) return { value: result.data, faults: [] };
  const faults = result.error.issues.flatMap((issue) => findings(issue as Issue, tree, [])).map((f) => place(tree, f));
  return { faults };
}

/** A finding at its place in the tree; what stands there becomes `got`, unless the finding says otherwise. */
export function place(tree: Tree, finding: Finding, code = "schema"): Fault {
  const { node, at } = lookUp(tree, finding.path);
  const got = finding.got ?? (node?.kind === "scalar" ? shorten(node.text) : undefined);
  return faultAt(code, at, { ...finding, ...(got === undefined || got === "" ? {} : { got }) });
}

function shorten(text: string): string {
  const line = text.replaceAll("\n", " ");
  return line.length <= 80 ? line : `${line.slice(0, 77)}...`;
}

function findings(issue: Issue, tree: Tree, prefix: Path): Finding[] {
  const path = [...prefix, ...(issue.path as (string | number)[])];
  const note = unpack(issue.message);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key, note?.names ?? [], note?.allowed));
    case "invalid_type":
      return [wrongType(path, issue.expected, tree)];
    case "invalid_value":
      return [wrongValue(path, issue.values.map(String), tree)];
    case "invalid_key":
    case "invalid_element":
      return issue.issues.map((inner) => {
        const note = unpack(inner.message);
        return {
          path,
          message: `not a valid name: ${note?.message ?? inner.message}`,
          got: String(path.at(-1)),
          ...omitNames(note),
        };
      });
    case "invalid_union":
      return wrongUnion(issue, tree, path);
    case "too_small":
      return [tooFar(path, issue.origin, "at least", Number(issue.minimum))];
    case "too_big":
      return [tooFar(path, issue.origin, "at most", Number(issue.maximum))];
    default:
      return [{ path, message: note?.message ?? issue.message, ...omitNames(note) }];
  }
}

function omitNames(note: { allowed?: string; fix?: string } | undefined): { allowed?: string; fix?: string } {
  return { ...(note?.allowed ? { allowed: note.allowed } : {}), ...(note?.fix ? { fix: note.fix } : {}) };
}

function unknownKey(path: Path, key: string, names: readonly string[], allowed: string | undefined): Finding {
  const hint = didYouMean(key, names);
  return {
    path: [...path, key],
    message: `unknown key "${key}"`,
    got: key,
    ...(allowed ? { allowed } : {}),
    fix: hint ?? "remove it",
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

function wrongType(path: Path, expected: string, tree: Tree): Finding {
  const { node } = lookUp(tree, path);
  const allowed = words[expected] ?? expected;
  if (!node) return { path, message: `"${String(path.at(-1))}" is required`, allowed };
  if (node.kind !== "scalar")
    return { path, message: `expected ${allowed}`, got: node.kind === "map" ? "a map" : "a list", allowed };
  if (expected === "string" && typeof node.value !== "string")
    return {
      path,
      message: `YAML reads this as a ${typeof node.value}`,
      allowed: "text",
      fix: `quote it: "${node.text}"`,
    };
  return { path, message: `expected ${allowed}`, allowed };
}

function wrongValue(path: Path, values: readonly string[], tree: Tree): Finding {
  const { node } = lookUp(tree, path);
  const allowed = listed(values);
  if (!node) return { path, message: `"${String(path.at(-1))}" is required`, allowed };
  const hint = node.kind === "scalar" ? didYouMean(node.text, values) : undefined;
  const got = node.kind === "scalar" ? {} : { got: node.kind === "map" ? "a map" : "a list" };
  return { path, message: "not an allowed value", ...got, allowed, ...(hint ? { fix: hint } : {}) };
}

function tooFar(path: Path, origin: string, bound: string, limit: number): Finding {
  const unit = { string: " characters", array: " entries", map: " entries", set: " entries" }[origin] ?? "";
  return { path, message: "out of range", allowed: `${bound} ${limit}${unit}` };
}

/** Of a union, the branch that the user meant: the one whose kind of value (map, list, text) was written. */
function wrongUnion(issue: Extract<Issue, { code: "invalid_union" }>, tree: Tree, path: Path): Finding[] {
  const { node } = lookUp(tree, path);
  if (!node) return [{ path, message: `"${String(path.at(-1))}" is required` }];
  if (issue.errors.length === 0) return [discriminator(issue, tree, path)];
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => findings(inner, tree, path)));
  const fits = issue.errors.findIndex(
    (branch) => !branch.some((i) => i.path.length === 0 && (i.code === "invalid_type" || i.code === "invalid_value")),
  );
  const chosen = branches[fits];
  if (chosen) return chosen;
  const allowed = [...new Set(branches.flat().flatMap((f) => (f.allowed ? [f.allowed] : [])))].join(", or ");
  const options = allowed.split(", ");
  const hint = node.kind === "scalar" ? didYouMean(node.text, options) : undefined;
  const got = node.kind === "scalar" ? {} : { got: node.kind === "map" ? "a map" : "a list" };
  return [
    { path, message: "not an allowed value", ...got, ...(allowed ? { allowed } : {}), ...(hint ? { fix: hint } : {}) },
  ];
}

function discriminator(issue: Extract<Issue, { code: "invalid_union" }>, tree: Tree, path: Path): Finding {
  const known = issue as { discriminator?: string; options?: readonly unknown[] };
  const own =
    known.discriminator !== undefined && path.at(-1) !== known.discriminator ? [...path, known.discriminator] : path;
  return wrongValue(own, (known.options ?? []).map(String), tree);
}
