import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { SiteStates } from "../config/resolve/state";
import { type IndexEntry, readIndex } from "./engine/stack-index";
import { type StateDirectory, stateDirectory } from "./engine/state-directory";
import { knownPlaces } from "./state/places";
import { Records } from "./state/stores";

/** What is known of a federation without a valid config: what was deployed from there. */
export interface Deployed {
  /** The federation's id. */
  readonly id: string;
  /** Absolute directory of the federation file: paths of what was deployed start here. */
  readonly directory: string;
  readonly state: StateDirectory;
  /** What is recorded, and where. */
  readonly records: Records;
  /** The record of each stack's latest apply, with the stack's JSON. */
  readonly index: ReadonlyMap<string, IndexEntry>;
  /** Sites on this machine that these stacks have delivered to, in the order of their ids. */
  readonly sites: readonly DeployedSite[];
}

/** A site as it was deployed. */
export interface DeployedSite {
  readonly id: string;
  /** Absolute. */
  readonly root: string;
  /** Hubs with a stack, in alphabetical order. */
  readonly hubs: readonly string[];
}

/** The federation of a file that may have faults: by its `federation:`, else the only one in `state/` beside it. Undefined where neither tells. */
export async function deployedFederation(file: string): Promise<Deployed | undefined> {
  const directory = dirname(resolve(file));
  const [only, ...more] = deployedIds(directory);
  const id = idOf(file) ?? (more.length === 0 ? only : undefined);
  return id === undefined ? undefined : deployedAs(directory, id);
}

/**
 * The federation with a given id, as it was deployed from a directory; its index is empty where it never was.
 * @param states where a valid config says that states lie
 */
export async function deployedAs(directory: string, id: string, states: SiteStates = {}): Promise<Deployed> {
  const state = stateDirectory(directory, id);
  const records = await Records.read(state, states);
  const { index } = records;
  return { id, directory, state, records, index, sites: sitesOf(index, directory) };
}

/**
 * Ids of federations that have recorded stacks in `state/` of a directory, or have deployed to places of state that are
 * noted there: one that was renamed still has them under its old id.
 */
export function deployedIds(directory: string): string[] {
  const place = join(directory, "state");
  const ids = existsSync(place) ? readdirSync(place).sort() : [];
  const isDeployed = (state: StateDirectory) => readIndex(state).size > 0 || knownPlaces(state).length > 0;
  return ids.filter((id) => isDeployed(stateDirectory(directory, id)));
}

/** Tells of stacks that were deployed from the same directory under other ids: the federation may have been renamed. Undefined where there are none. */
export function otherwiseDeployed({ id, directory }: Pick<Deployed, "id" | "directory">): string | undefined {
  const others = deployedIds(directory).filter((other) => other !== id);
  const [first] = others;
  if (first === undefined) return undefined;
  return `${others.join(", ")} ${others.length === 1 ? "is" : "are"} deployed from here too: isthmus down --federation ${first} takes it down`;
}

/** Root directories, as written, that a stack's JSON delivers to on this machine. */
export function rootsOf(json: IndexEntry["config"]): string[] {
  return deliveriesOf(json).map(({ root }) => root);
}

/** The federation's id by the one line that says it, whatever is wrong around it. */
function idOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return /^federation: *(["']?)([a-z][a-z0-9-]*)\1 *(#.*)?$/m.exec(readFileSync(file, "utf8"))?.[2];
}

function sitesOf(index: ReadonlyMap<string, IndexEntry>, directory: string): DeployedSite[] {
  const found = new Map<string, DeployedSite>();
  for (const entry of index.values())
    for (const { root: written, part } of deliveriesOf(entry.config)) {
      const root = resolve(directory, written);
      const key = `${entry.site}\0${root}`;
      const hubs = [...(found.get(key)?.hubs ?? []), ...(part === "base" ? [] : [part])];
      found.set(key, { id: entry.site, root, hubs: [...new Set(hubs)].sort() });
    }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, site]) => site);
}

/** What a stack brings to this machine. */
export interface Delivery {
  /** As written: absolute, or relative to the federation file. */
  readonly root: string;
  /** `base` or a hub's id. */
  readonly part: string;
}

/** What a stack's JSON delivers to this machine: `terraform_data` with a root and a part. */
export function deliveriesOf(json: IndexEntry["config"]): Delivery[] {
  const data = (json.resource as { terraform_data?: Record<string, { input?: Partial<Delivery> }> } | undefined)
    ?.terraform_data;
  return Object.values(data ?? {}).flatMap(({ input }) =>
    typeof input?.root === "string" ? [{ root: input.root, part: input.part ?? "base" }] : [],
  );
}
