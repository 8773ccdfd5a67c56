import type { ResolvedClusterSite } from "../resolve/cluster-site";
import { platformPools } from "./node-pods";
import { counted } from "./quantities";
import type { Rule, RuleFinding } from "./rule";
import { clusterSites } from "./walk";

export const nodeVolumes: Rule = {
  id: "node-volumes",
  reason: "A node takes so many disks: a hub whose database's disk finds no place never starts.",
  check: (federation) =>
    clusterSites(federation).flatMap((site): RuleFinding[] => {
      const pools = platformPools(site);
      const last = pools.at(-1);
      const needed = volumes(site);
      const room = pools.reduce((sum, pool) => sum + pool.volumes * pool.maxNodes, 0);
      if (!last || site.hubs.length === 0 || needed <= room) return [];
      const more = last.maxNodes + Math.ceil((needed - room) / last.volumes);
      const path = ["cluster", "pools", last.id, "maxNodes"];
      const message = `${counted(site.hubs.length, "hub")} and the services have ${needed} disks, and the nodes where they run take ${room}`;
      const fix = site.provider === "aws" ? "raise it" : "raise it, or write `volumes` where a node takes more";
      return [{ site: site.id, path, message, allowed: `at least ${more}`, fix }];
    }),
};

/** Each hub's database, the homes that the site keeps itself, and the series of the monitoring. */
function volumes(site: ResolvedClusterSite): number {
  const homes = site.homes.filter((home) => home.kind === "nfs").length;
  return site.hubs.length + homes + (site.monitoring ? 1 : 0);
}
