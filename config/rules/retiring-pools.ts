import type { Rule } from "./rule";
import { awsClusters } from "./walk";

export const retiringPools: Rule = {
  id: "retiring-pools",
  reason: "What retires are the nodes of before a change; nodes that are still wanted would be closed to new pods.",
  check: (federation) =>
    awsClusters(federation).flatMap(({ id, cluster }) =>
      cluster.retiring.flatMap((old) => {
        if (!cluster.pools.some((pool) => pool.nodeGroup === old.nodeGroup)) return [];
        const message = "these are the nodes that the pool has now: nothing was changed that makes new ones";
        const fix = "write here what the pool was before the change, or remove it";
        return [{ site: id, path: ["cluster", "retiring", old.id], atKey: true, message, fix }];
      }),
    ),
};
