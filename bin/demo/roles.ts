import { existsSync } from "node:fs";
import { join } from "node:path";
import { usageFailure } from "../failure";
import { hubsOf, type LocalHub } from "../hub/local-hub";
import type { Config } from "../load-or-exit";
import { localSites } from "../site-kit";

/** Who does what in a demo: one hub publishes, another, at a site without data of its own, computes. */
export interface Roles {
  readonly publisher: LocalHub;
  readonly computer: LocalHub;
  /** Paths of the programs. */
  readonly publish: string;
  readonly compute: string;
}

/**
 * Finds both hubs and both programs of a demo federation: publish.py and compute.py beside the federation file.
 * @throws Failure (usage) for a federation that is no demo
 */
export function rolesOf(config: Config): Roles {
  const [publish, compute] = ["publish.py", "compute.py"].map((name) => join(config.directory, name));
  if (!publish || !compute || !existsSync(publish) || !existsSync(compute))
    throw usageFailure(
      `${config.file} is no demo: there is no publish.py and compute.py beside it; isthmus up brings it up as it is`,
    );
  const sites = localSites(config.federation, config.directory);
  const hubs = sites.flatMap(({ site }) => (site.hubs.length > 0 ? hubsOf(config, site.id) : []));
  const publisher = hubs.find(({ hub }) => hub.publishes.length > 0);
  const computer = hubs.find(({ site }) => site.datasets.length === 0) ?? publisher;
  if (!publisher || !computer)
    throw usageFailure(
      `${config.file} is no demo: no hub on this machine publishes a dataset; isthmus up brings it up as it is`,
    );
  return { publisher, computer, publish, compute };
}
