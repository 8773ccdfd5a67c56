import type { ResolvedAwsPool } from "../resolve/aws-cluster";
import type { ResolvedGooglePool } from "../resolve/google-pool";
import type { Rule } from "./rule";
import { awsClusters, googleClusters } from "./walk";

export const retiringPools: Rule = {
  id: "retiring-pools",
  reason: "What retires are the nodes of before a change; nodes that are still wanted would be closed to new pods.",
  check: (federation) =>
    [...awsClusters(federation), ...googleClusters(federation)].flatMap(({ id, cluster }) => {
      const now = new Set([...cluster.pools].flatMap(nodesOf));
      return [...cluster.retiring].flatMap((old) => {
        if (!nodesOf(old).some((name) => now.has(name))) return [];
        const message = "these are the nodes that the pool has now: nothing was changed that makes new ones";
        const fix = "write here what the pool was before the change, or remove it";
        return [{ site: id, path: ["cluster", "retiring", old.id], atKey: true, message, fix }];
      });
    }),
};

/** Names of the groups of machines that a pool is. */
function nodesOf(pool: ResolvedAwsPool | ResolvedGooglePool): string[] {
  return "nodeGroup" in pool ? [pool.nodeGroup] : pool.nodePools.map(({ name }) => name);
}
