import { join } from "node:path";
import { loadFederation } from "../../config/load";
import { didYouMean, listed } from "../../config/suggest";
import { deployedAs, deployedFederation } from "../deployed";
import { type StateDirectory, stateDirectory } from "../engine/state-directory";
import { usageFailure } from "../failure";
import { type Config, exitWithFaults } from "../load-or-exit";
import { localSites } from "../site-kit";
import { configuredStacks } from "../target";

/** A site of this machine with all that its backup is taken from or put back to. */
export interface BackupSite {
  readonly federation: string;
  readonly site: string;
  /** Absolute. */
  readonly root: string;
  readonly state: StateDirectory;
  /** Stacks that were deployed, or are in the config. */
  readonly stacks: readonly string[];
  /** Directory of the site's records of datasets. */
  readonly catalog: string;
  /** Directory of the federation file. */
  readonly directory: string;
}

/**
 * A site by what was deployed, else by the config: a backup at night must not fail because somebody is in the middle of
 * an edit, and takes the place that the programs run in, not the one that the next `up` would move them to.
 * @throws Failure (usage) for a site that is none, or none of this machine; ends the process where nothing is known
 */
export async function deployedSite(file: string, id: string): Promise<BackupSite> {
  const loaded = loadFederation(file);
  const { federation, directory } = loaded;
  const deployed = federation
    ? await deployedAs(directory, federation.id, federation.states)
    : await deployedFederation(file);
  const local = federation ? localSites(federation, directory) : [];
  const found = deployed?.sites.find((s) => s.id === id) ?? local.find((s) => s.site.id === id);
  const known = [...new Set([...(deployed?.sites ?? []).map((s) => s.id), ...local.map((s) => s.site.id)])];
  if (!found && !federation) exitWithFaults(loaded);
  if (!found) throw noSite(id, known, federation?.sites.map((s) => s.id) ?? []);
  const name = federation?.id ?? (deployed?.id as string);
  const recorded = [...(deployed?.index.values() ?? [])].filter((e) => e.site === id).map((e) => e.stack);
  const configured = federation
    ? configuredStacks({ ...federation, sites: federation.sites.filter((s) => s.id === id) })
    : [];
  return place(name, id, found.root, directory, [...new Set([...recorded, ...configured])]);
}

/** A site of a checked config, to restore it. */
export function configuredSite({ federation, directory }: Config, id: string): BackupSite {
  const local = localSites(federation, directory);
  const found = local.find((s) => s.site.id === id);
  if (!found)
    throw noSite(
      id,
      local.map((s) => s.site.id),
      federation.sites.map((s) => s.id),
    );
  return place(federation.id, id, found.root, directory, []);
}

function place(federation: string, site: string, root: string, directory: string, stacks: string[]): BackupSite {
  const state = stateDirectory(directory, federation);
  return { federation, site, root, state, stacks, catalog: join(directory, "catalog", site), directory };
}

function noSite(id: string, known: readonly string[], all: readonly string[]) {
  if (all.includes(id))
    return usageFailure(
      `site ${id} has nothing on this machine to back up${known.length === 0 ? "" : `; there are ${listed(known)}`}`,
    );
  return usageFailure(`no site "${id}": ${didYouMean(id, known) ?? `there are ${listed(known)}`}`);
}
