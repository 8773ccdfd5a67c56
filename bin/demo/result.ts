import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { stateDirectory } from "../engine/state-directory";
import type { Config } from "../load-or-exit";
import type { Roles } from "./roles";

/** What compute.py tells. */
export const computed = z.object({
  region: z.string(),
  periods: z.object({ early: z.tuple([z.string(), z.string()]), late: z.tuple([z.string(), z.string()]) }),
  warmingKelvin: z.record(z.string(), z.number()),
  data: z.record(z.string(), z.string()),
  workers: z.number(),
  bytes: z.number(),
  seconds: z.number(),
  megabytesPerSecond: z.number(),
});

const recorded = z.object({
  format: z.literal(1),
  /** Of the programs and of where they run: another one asks for a new computation. */
  key: z.string(),
  publishedAt: z.string(),
  computedAt: z.string(),
  result: computed,
});

export type DemoResult = z.infer<typeof recorded>;

/** Where the demo's result is kept, beside the state. */
export function resultPath({ directory, federation }: Config): string {
  return join(stateDirectory(directory, federation.id).root, "demo-result.json");
}

/** What the result depends on, as far as it is ours: both programs and both hubs. */
export function keyOf({ publish, compute, publisher, computer }: Roles): string {
  const hash = createHash("sha256");
  for (const path of [publish, compute]) hash.update(readFileSync(path)).update("\0");
  return hash.update(`${publisher.hub.url} ${computer.hub.url}`).digest("hex");
}

/** The result of an earlier run of the same programs; undefined where there is none that can be read. */
export function readResult(path: string, key: string): DemoResult | undefined {
  try {
    const found = recorded.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return found.success && found.data.key === key ? found.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export function writeResult(path: string, result: DemoResult): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(result, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
