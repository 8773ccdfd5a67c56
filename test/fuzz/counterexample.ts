import type { RunDetails } from "fast-check";
import { type Bytes, type Example, examples } from "./examples";
import { type Mutated, mutatedFiles } from "./mutation";
import { dataOf, textOf } from "./tree";

/** Lines of a file that are shown at most. */
const most = 12;

/** A failure as a person reads it: what was changed, the lines that it changed, what went wrong, how to see it again. */
export function told(run: RunDetails<[Mutated]>): string {
  const mutated = run.counterexample?.[0] as Mutated;
  const example = examples.find((e) => e.name === mutated.example) as Example;
  const error = run.errorInstance;
  return [
    `after ${run.numRuns} mutations, smallest of ${run.numShrinks + 1}: the example ${mutated.example} with`,
    ...[...mutated.tree, ...mutated.text].map((m) => `  ${short(JSON.stringify(m, plain))}`),
    ...changes(example.files, mutatedFiles(example, mutated)),
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    `again: npm run fuzz -- --seed ${run.seed} --path ${run.counterexamplePath}`,
  ].join("\n");
}

/** Maps and odd numbers in JSON. */
function plain(_: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>);
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function short(line: string): string {
  return line.length <= 300 ? line : `${line.slice(0, 200)}... (${line.length} characters)`;
}

function changes(before: Bytes, after: Bytes): string[] {
  return [...before].flatMap(([path, bytes]) => {
    const now = after.get(path);
    if (!now) return [`  ${path}: gone`];
    if (now.equals(bytes)) return [];
    const rewritten = path.endsWith(".yaml") ? textOf(dataOf(bytes)) : "";
    const old = new Set(`${bytes}\n${rewritten}`.split("\n").map(bare));
    const lines = now.toString("utf8").split("\n");
    const other = lines.flatMap((line, i) => (old.has(bare(line)) ? [] : [`  ${path}:${i + 1}: ${short(line)}`]));
    return other.length > 0 ? other.slice(0, most) : [`  ${path}: other lines are gone`];
  });
}

/** A line without what a YAML writer spells in its own way. */
function bare(line: string): string {
  return line.replace(/ #.*/, "").trim();
}
