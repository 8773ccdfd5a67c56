import type { Rule } from "./rule";
import { clusterHubs } from "./walk";

/** `dask` in `defaults` asks for nothing: it says how Dask is where there is some. */
export const daskPools: Rule = {
  id: "dask-pools",
  reason: "A hub that asks for Dask at a site without a dask pool would have workers that wait for ever.",
  check: (federation, { told }) =>
    clusterHubs(federation).flatMap(({ site, hub }) => {
      const path = ["hubs", hub.id, "dask"];
      if (hub.dask || !hub.daskTold || !told(site.id, path)) return [];
      const message = "the site has no pool for Dask workers";
      const fix = "name the nodes of a pool with for: dask, or write dask: none";
      return [{ site: site.id, path, message, fix }];
    }),
};
