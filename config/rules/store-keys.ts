import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { ResolvedFederation } from "../resolve/federation";
import { signsInByFederation } from "../resolve/hub-base";
import type { ResolvedKubernetesSite as Site } from "../resolve/kubernetes-site";
import type { Rule, RuleFinding } from "./rule";
import { kubernetesSites } from "./walk";

export const storeKeys: Rule = {
  id: "store-keys",
  reason:
    "One key opens all buckets of the site's store, so people for whom nobody vouches get none where one is not public.",
  check: (federation) =>
    hubsWithKeys(federation).flatMap(({ site, hub }) => {
      const closed = site.buckets.find((bucket) => isClosed(bucket, hub, site));
      if (signsInByFederation(hub) || !closed || !hub.storeKeys) return [];
      const open = site.buckets.filter((b) => b.public).map((b) => b.id);
      const opens = `its users would have the store's one key, which opens all of ${closed.id}`;
      return [
        ...hub.buckets.flatMap(({ id, right }): RuleFinding[] => {
          if (right === "read" && open.includes(id)) return [];
          const path = ["hubs", hub.id, "buckets", id];
          return [{ site: site.id, path, message: `to ${right} ${id}, ${opens}`, fix: `write buckets: {${id}: none}` }];
        }),
        ...site.datasets.flatMap((dataset): RuleFinding[] => {
          if (!dataset.publishers.includes(hub.id)) return [];
          const path = ["datasets", dataset.id, "publishers", dataset.publishers.indexOf(hub.id)];
          return [{ site: site.id, path, message: `to publish, ${opens}`, fix: "remove it" }];
        }),
      ];
    }),
};

/** Hubs of clusters that exist: others' people have roles of their hub's own. */
function hubsWithKeys(federation: ResolvedFederation): { site: Site; hub: ResolvedClusterHub }[] {
  return kubernetesSites(federation).flatMap((site) => site.hubs.map((hub) => ({ site, hub })));
}

/**
 * What is not for a hub's people: a library that is not public, and where a password is shared, which anybody may have, what
 * people of other hubs keep.
 */
function isClosed(bucket: Site["buckets"][number], hub: ResolvedClusterHub, site: Site): boolean {
  if (bucket.purpose === "library") return !bucket.public;
  if (bucket.purpose === "scratch" || hub.auth.kind !== "sharedPassword") return false;
  return site.hubs.some((other) => other.id !== hub.id && other.buckets.some((b) => b.id === bucket.id));
}
