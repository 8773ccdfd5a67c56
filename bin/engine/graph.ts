import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A stack and the stacks that must be there before it. */
export interface Node {
  readonly name: string;
  readonly dependencies: readonly string[];
}

/** The stacks of an output directory, from the manifest that the synth wrote. */
export function readManifest(output: string): Node[] {
  const manifest = JSON.parse(readFileSync(join(output, "manifest.json"), "utf8")) as {
    stacks: Record<string, { name: string; dependencies: string[] }>;
  };
  return Object.values(manifest.stacks).map(({ name, dependencies }) => ({ name, dependencies }));
}

/** The chosen stacks and everything they need, in the order of `nodes`. */
export function withDependencies(nodes: readonly Node[], chosen: ReadonlySet<string>): Node[] {
  const byName = new Map(nodes.map((n) => [n.name, n]));
  return reached(nodes, chosen, (name) => byName.get(name)?.dependencies ?? []);
}

/** The chosen stacks and everything that needs them, in the order of `nodes`. */
export function withDependents(nodes: readonly Node[], chosen: ReadonlySet<string>): Node[] {
  return reached(nodes, chosen, (name) => nodes.filter((n) => n.dependencies.includes(name)).map((n) => n.name));
}

function reached(nodes: readonly Node[], from: ReadonlySet<string>, next: (name: string) => readonly string[]): Node[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const other of next(name)) visit(other);
  };
  for (const name of from) visit(name);
  return nodes.filter((n) => seen.has(n.name));
}

/** The same stacks with every arrow turned: what must be gone before each can go. */
export function reversed(nodes: readonly Node[]): Node[] {
  return nodes
    .map(({ name }) => ({ name, dependencies: nodes.filter((n) => n.dependencies.includes(name)).map((n) => n.name) }))
    .reverse();
}
