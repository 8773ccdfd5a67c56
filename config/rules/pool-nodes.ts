import type { Rule } from "./rule";
import { clusterSites } from "./walk";

export const poolNodes: Rule = {
  id: "pool-nodes",
  reason: "A pool cannot keep more nodes than it may have.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) =>
      site.pools.flatMap(({ id, minNodes, maxNodes }) => {
        if (minNodes <= maxNodes) return [];
        const path = ["cluster", "pools", id, "minNodes"];
        const message = "more nodes are always there than there may be";
        return [{ site: site.id, path, message, allowed: `at most ${maxNodes}`, fix: "lower it, or raise maxNodes" }];
      }),
    ),
};
