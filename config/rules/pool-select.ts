import type { ResolvedPool } from "../resolve/pools";
import type { Rule, RuleFinding } from "./rule";
import { clusterSites } from "./walk";

export const poolSelect: Rule = {
  id: "pool-select",
  reason: "Pods are sent by labels: a pool whose labels other nodes have too sends its pods there as well.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) =>
      site.pools.flatMap((pool, i): RuleFinding[] => {
        const at = { site: site.id, path: ["cluster", "pools", pool.id, "select"] };
        const same = site.pools.slice(0, i).find((p) => within(p, pool) && within(pool, p));
        const fix = "select by labels that only these nodes have";
        if (same) return [{ ...at, message: `these are the nodes of pool ${same.id}: the labels are the same`, fix }];
        const narrower = site.pools.find((p) => p !== pool && within(pool, p) && !within(p, pool) && open(p, pool));
        return narrower
          ? [
              {
                ...at,
                message: `the nodes of pool ${narrower.id} have these labels too, and no taint keeps pods away`,
                fix,
              },
            ]
          : [];
      }),
    ),
};

/** Whether every node that `inner` selects is one that `outer` selects. */
function within(outer: ResolvedPool, inner: ResolvedPool): boolean {
  return Object.entries(outer.select).every(([key, value]) => inner.select[key] === value);
}

/** Whether the pods of another pool put up with all taints of a pool. */
function open(pool: ResolvedPool, other: ResolvedPool): boolean {
  return pool.tolerations.every(({ key }) => other.tolerations.some((t) => t.key === key));
}
