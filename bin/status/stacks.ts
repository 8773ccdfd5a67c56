import { rmSync } from "node:fs";
import { join } from "node:path";
import type { ResolvedFederation } from "../../config/resolve/federation";
import { catalogOf } from "../catalog-files";
import type { Deployed } from "../deployed";
import { readManifest } from "../engine/graph";
import { type IndexEntry, readStackJson, stackDigest } from "../engine/stack-index";
import { outputDirectory } from "../federation-file";
import type { Config } from "../load-or-exit";
import { synthFederation } from "../synth";
import { siteOf } from "../target";
import type { StackStanding, StackStatus } from "./model";

/** Compares what a synth gives now with what was applied; without a valid config there is nothing to compare with. */
export function stackStatus(
  config: Config | undefined,
  federation: Pick<ResolvedFederation, "id" | "sites">,
  { index, records }: Pick<Deployed, "index" | "records">,
): StackStatus[] {
  const digests = config ? currentDigests(config) : new Map<string, string>();
  const names = [...digests.keys(), ...[...index.keys()].filter((name) => !digests.has(name))];
  return names.map((stack) => {
    const entry = index.get(stack);
    const site = siteOf(stack, { federation, index });
    const told = standing(digests.get(stack), entry, config !== undefined);
    return {
      stack,
      site,
      standing: entry === undefined && records.isUnread(site) ? "unknown" : told,
      at: entry?.at ?? null,
      engine: entry ? `${entry.engine.product} ${entry.engine.version}` : null,
    };
  });
}

function standing(digest: string | undefined, entry: IndexEntry | undefined, known: boolean): StackStanding {
  if (!entry) return "not deployed";
  if (known && digest === undefined) return "left the config";
  if (entry.status === "applying") return "incomplete";
  if (!known) return "deployed";
  return entry.digest === digest ? "applied" : "changed";
}

/** The latest synth of this process, by all that it depends on: one that watches asks again and again, and the config seldom changes. */
let latest: { readonly key: string; readonly digests: Map<string, string> } | undefined;

/** Digests of the config's stacks, synthesized beside the real output: an `up` that runs meanwhile keeps its files, and relative paths come out equal. */
function currentDigests(config: Config): Map<string, string> {
  const catalog = catalogOf(config);
  const key = JSON.stringify([config.federation, [...catalog]]);
  if (latest?.key === key) return latest.digests;
  const output = `${outputDirectory(config.file)}.status-${process.pid}`;
  try {
    synthFederation(config, output, catalog);
    const names = readManifest(output).map(({ name }) => name);
    const digests = new Map(names.map((n) => [n, stackDigest(readStackJson(join(output, "stacks", n)))] as const));
    latest = { key, digests };
    return digests;
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}
