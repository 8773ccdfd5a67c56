import type { Rule } from "./rule";
import { clusterSites } from "./walk";

export const spotPools: Rule = {
  id: "spot-pools",
  reason: "A Dask worker that is taken away is computed again; a notebook, a scheduler or a hub is lost.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) =>
      site.pools.flatMap((pool) => {
        if (!pool.spot || pool.for === "dask") return [];
        const path = ["cluster", "pools", pool.id, "spot"];
        const message = `what runs on a ${pool.for} pool must not be taken away`;
        return [{ site: site.id, path, message, allowed: "false; true only for: dask", fix: "remove it" }];
      }),
    ),
};
