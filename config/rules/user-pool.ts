import type { Rule } from "./rule";
import { clusterSites } from "./walk";

export const userPool: Rule = {
  id: "user-pool",
  reason: "Notebooks and Dask schedulers run on a user pool: a site with hubs and none starts nothing for anybody.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) => {
      if (site.hubs.length === 0 || site.pools.some((pool) => pool.for === "user")) return [];
      const message = "the site has hubs, and no pool for their users";
      return [{ site: site.id, path: ["cluster", "pools"], message, fix: "name the nodes of a pool with for: user" }];
    }),
};
