import type { ResolvedPool } from "../resolve/pools";
import type { Rule, RuleFinding } from "./rule";
import { clusterSites } from "./walk";

type Site = ReturnType<typeof clusterSites>[number];

export const idlePools: Rule = {
  id: "idle-pools",
  reason: "Nodes that no hub of the site can use are paid for and do nothing.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) =>
      site.pools.flatMap((pool): RuleFinding[] => {
        const why = site.hubs.length > 0 ? idle(pool, site) : undefined;
        return why ? [{ site: site.id, path: ["cluster", "pools", pool.id, ...why.path], ...why.finding }] : [];
      }),
    ),
};

function idle(pool: ResolvedPool, site: Site) {
  if (pool.for !== "user" && pool.gpus > 0) {
    const message = `only notebooks are given GPUs, and this pool is for: ${pool.for}`;
    return { path: ["gpus"], finding: { message, fix: "remove it, or make it a user pool" } };
  }
  if (pool.for === "dask" && !site.hubs.some((hub) => hub.dask)) {
    const message = "no hub of the site has Dask, so nothing ever runs on these nodes";
    return { path: [], finding: { message, fix: "remove the pool, or `dask: none` from a hub" } };
  }
  if (pool.gpus > 0 && !site.hubs.some((hub) => hub.profiles.some((p) => p.gpu > 0))) {
    const message = "no profile of a hub asks for a GPU, so nothing ever runs on these nodes";
    return { path: [], finding: { message, fix: "remove the pool, or give a profile `gpu: 1`" } };
  }
  return undefined;
}
