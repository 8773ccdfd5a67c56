import { rmSync } from "node:fs";
import { join } from "node:path";
import type { ResolvedSite } from "../../config/resolve/site";
import { readManifest } from "../engine/graph";
import { type IndexEntry, readIndex, readStackJson, stackDigest } from "../engine/stack-index";
import { stateDirectory } from "../engine/state-directory";
import { expired } from "../expired";
import { outputDirectory } from "../federation-file";
import type { Config } from "../load-or-exit";
import { isInstalled, type LocalSite, localSites } from "../site-kit";
import { synthFederation } from "../synth";
import { siteOf } from "../target";
import { type Program, programsOf, type SignIn, signInOf } from "./programs";

/**
 * `applied`: as the config says; `changed`: `up` would change it; `incomplete`: its last apply did not finish;
 * `not deployed`; `left the config`: it exists, but the config does not have it any more.
 */
export type StackStanding = "applied" | "changed" | "incomplete" | "not deployed" | "left the config";

export interface StackStatus {
  readonly stack: string;
  readonly site: string;
  readonly standing: StackStanding;
  /** When it was last applied (ISO 8601), and by what. */
  readonly at: string | null;
  readonly engine: string | null;
}

export interface HubStatus {
  readonly title: string;
  readonly url: string;
  readonly expires: string | null;
  readonly expired: boolean;
  readonly signIn: SignIn | null;
}

export interface SiteStatus {
  readonly provider: string;
  readonly institution: string;
  /** `up`: every program runs and is healthy; `down`: none runs; `data only`: nothing of it is run here. */
  readonly state: "up" | "partly up" | "down" | "not installed" | "data only";
  /** The first hub. */
  readonly hub: string | null;
  /** Front of the datasets: `<data>/zarr/DATASET.zarr`. */
  readonly data: string | null;
  readonly catalog: string | null;
  readonly expires: string | null;
  readonly expired: boolean;
  readonly hubs: Readonly<Record<string, HubStatus>>;
  readonly programs: readonly Program[];
  /** Why the programs could not be asked. */
  readonly problem: string | null;
  /** Directory of an installed site. */
  readonly root: string | null;
}

export interface Status {
  readonly federation: string;
  readonly title: string;
  readonly sites: Readonly<Record<string, SiteStatus>>;
  readonly stacks: readonly StackStatus[];
}

/** How a federation stands: what was applied, what runs, where it is reached. Changes nothing. */
export async function collectStatus(config: Config): Promise<Status> {
  const { federation, directory } = config;
  const local = new Map(localSites(federation, directory).map((l) => [l.site.id, l]));
  const over = new Set(expired(federation).map((e) => e.target));
  const asked = federation.sites.map(
    async (site) => [site.id, await siteStatus(site, local.get(site.id), over, config)] as const,
  );
  const stacks = stackStatus(config);
  return {
    federation: federation.id,
    title: federation.title,
    sites: Object.fromEntries(await Promise.all(asked)),
    stacks,
  };
}

async function siteStatus(
  site: ResolvedSite,
  local: LocalSite | undefined,
  over: ReadonlySet<string>,
  { federation }: Config,
): Promise<SiteStatus> {
  const base = { provider: site.provider, institution: site.institution, expires: site.expires };
  if (site.provider === "store") {
    const front = federation.sites.find((s) => s.id === site.servedBy);
    const served =
      front?.provider === "hpc" ? { data: front.url, catalog: front.catalog } : { data: null, catalog: null };
    const none = { hub: null, hubs: {}, programs: [], problem: null, root: null, expired: false };
    return { ...base, ...none, ...served, state: "data only" };
  }
  const there = local !== undefined && isInstalled(local.root);
  const { programs, problem } = there ? await programsOf(local.root) : { programs: [], problem: null };
  const signIns = there ? await signInOf(local.root) : {};
  const hubs = site.hubs.map(({ id, title, url, expires }): [string, HubStatus] => [
    id,
    { title, url, expires, expired: over.has(site.id) || over.has(`${site.id}/${id}`), signIn: signIns[id] ?? null },
  ]);
  return {
    ...base,
    state: there ? stateOf(programs) : "not installed",
    hub: site.hubs[0]?.url ?? null,
    data: site.gateway ? site.url : null,
    catalog: site.catalog,
    expired: over.has(site.id),
    hubs: Object.fromEntries(hubs),
    programs,
    problem,
    root: there ? local.root : null,
  };
}

function stateOf(programs: readonly Program[]): SiteStatus["state"] {
  const well = programs.filter((p) => p.state === "RUNNING" && p.health !== "down").length;
  if (well > 0 && well === programs.length) return "up";
  return programs.some((p) => p.state === "RUNNING") ? "partly up" : "down";
}

/** Compares what a synth gives now with what was applied. */
function stackStatus(config: Config): StackStatus[] {
  const { federation, directory } = config;
  const index = readIndex(stateDirectory(directory, federation.id));
  const digests = currentDigests(config);
  const names = [...digests.keys(), ...[...index.keys()].filter((name) => !digests.has(name))];
  return names.map((stack) => {
    const entry = index.get(stack);
    return {
      stack,
      site: siteOf(stack, { federation, index }),
      standing: standing(digests.get(stack), entry),
      at: entry?.at ?? null,
      engine: entry ? `${entry.engine.product} ${entry.engine.version}` : null,
    };
  });
}

function standing(digest: string | undefined, entry: IndexEntry | undefined): StackStanding {
  if (!entry) return "not deployed";
  if (digest === undefined) return "left the config";
  if (entry.status === "applying") return "incomplete";
  return entry.digest === digest ? "applied" : "changed";
}

/** Digests of the config's stacks, synthesized beside the real output: an `up` that runs meanwhile keeps its files, and relative paths come out equal. */
function currentDigests(config: Config): Map<string, string> {
  const output = `${outputDirectory(config.file)}.status-${process.pid}`;
  try {
    synthFederation(config, output);
    return new Map(
      readManifest(output).map(({ name }) => [name, stackDigest(readStackJson(join(output, "stacks", name)))] as const),
    );
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}
