import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { packageRoot } from "../../config/package-root";
import { namesBelow } from "../names-below";

/** A federation's files as bytes, by path below its folder. */
export type Bytes = ReadonlyMap<string, Buffer>;

/** A federation that mutations start from. */
export interface Example {
  readonly name: string;
  readonly files: Bytes;
}

/** What lies beside a config once it has been brought up, as the demo's does after `npm start`. */
const made = /^(?:cdktf\.out|state)\//;

function filesOf(folder: string): Bytes {
  const names = namesBelow(folder).filter((name) => /\.(yaml|json)$/.test(name) && !made.test(name));
  const files = names.map((name) => join(folder, name)).sort();
  return new Map(files.map((n) => [relative(folder, n), readFileSync(n)]));
}

function example(name: string, ...folder: string[]): Example {
  return { name, files: filesOf(join(packageRoot(), ...folder)) };
}

/** The demo, and three federations that hold every key and every alternative of the schema; `closed` has data that nobody may read yet. */
export const examples: readonly Example[] = [
  example("demo", "config/federations/demo"),
  example("rich", "test/fuzz/examples/rich"),
  example("closed", "test/fuzz/examples/closed"),
  example("cluster", "test/fuzz/examples/cluster"),
  example("eks", "test/fuzz/examples/eks"),
  example("gke", "test/fuzz/examples/gke"),
];

/** The config files of an example, without the catalog's records. */
export function yamlFiles({ files }: Example): string[] {
  return [...files.keys()].filter((path) => path.endsWith(".yaml"));
}
