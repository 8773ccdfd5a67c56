import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { repository, synth } from "./synth-demo";

/** A text of a site's file, and what stands there instead. */
export type Change = readonly [old: string, then: string];

/** A copy of a federation of this repository in a folder of its own. */
function copyOf(folder: string, federation: string): string {
  const own = mkdtempSync(join(folder, `${basename(federation)}-`));
  cpSync(join(repository, federation), own, { recursive: true });
  return own;
}

/** A copy of an example federation in a folder of its own. */
export function copyOfExample(folder: string, name: string): string {
  return copyOf(folder, join("config/federations", name));
}

/** Synthesizes a copy of a federation of this repository below a folder: stack -> its JSON. */
export function exampleStacks(folder: string, federation: string): Map<string, string> {
  return stacksIn(synth(copyOf(folder, federation)));
}

/** Synthesizes a copy of an example federation below a folder, perhaps with the text of a site changed: stack -> its JSON. */
export function stacksOfExample(
  folder: string,
  name: string,
  site: string,
  changes: readonly Change[] = [],
): Map<string, string> {
  const own = copyOfExample(folder, name);
  const path = join(own, "sites", `${site}.yaml`);
  for (const [old, then] of changes) {
    const text = readFileSync(path, "utf8");
    expect(text).toContain(old);
    writeFileSync(path, text.replace(old, then));
  }
  return stacksIn(synth(own));
}

/** Stacks below what a synth has written: name -> JSON. */
export function stacksIn(output: string): Map<string, string> {
  const stacks = join(output, "stacks");
  const names = readdirSync(stacks).sort();
  return new Map(names.map((stack) => [stack, readFileSync(join(stacks, stack, "cdk.tf.json"), "utf8")]));
}

/** Stacks whose JSON differs, those that are in one only included. */
export function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}

/** A resource's arguments. */
export type Resource = Readonly<Record<string, unknown>>;

/** Resources of one type of a stack, by their names in it. */
export function resourcesOf(
  stacks: ReadonlyMap<string, string>,
  stack: string,
  type: string,
): Record<string, Resource> {
  const { resource } = JSON.parse(stacks.get(stack) ?? "{}") as { resource: Record<string, Record<string, Resource>> };
  return resource[type] ?? {};
}

/** How often a text stands in the values of all stacks. */
export function count(stacks: ReadonlyMap<string, string>, part: string): number {
  return [...stacks.values()].reduce((sum, text) => sum + text.split(JSON.stringify(part).slice(1, -1)).length - 1, 0);
}
