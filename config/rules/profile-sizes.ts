import { roomOf } from "../machines/shares";
import type { ResolvedClusterProfile } from "../resolve/cluster-hub";
import type { ResolvedPool } from "../resolve/pools";
import { memoryText } from "./quantities";
import type { Rule, RuleFinding } from "./rule";
import { clusterHubs } from "./walk";

export const profileSizes: Rule = {
  id: "profile-sizes",
  reason: "A size that no node holds starts nothing: whoever chooses it waits for ever.",
  check: (federation) =>
    clusterHubs(federation).flatMap(({ site, hub }) =>
      hub.profiles.flatMap((profile) =>
        ofProfile(profile, poolsFor(profile, site.pools)).map(({ path, ...finding }) => ({
          ...{ site: site.id, path: ["hubs", hub.id, "profiles", profile.id, ...path] },
          ...finding,
        })),
      ),
    ),
};

/** User pools whose nodes may run a profile; `profile-gpus` and `user-pool` tell where there is none. */
function poolsFor({ gpu }: ResolvedClusterProfile, pools: readonly ResolvedPool[]): ResolvedPool[] {
  return pools.filter((pool) => pool.for === "user" && (gpu > 0 ? pool.gpus >= gpu : pool.gpus === 0));
}

function ofProfile(profile: ResolvedClusterProfile, pools: readonly ResolvedPool[]): RuleFinding[] {
  if (pools.length === 0) return [];
  if (profile.sizes.length === 0) {
    const names = pools.map((pool) => pool.id).join(", ");
    const message = `its sizes are parts of the nodes of ${names}, which are too small for a notebook`;
    return [{ path: [], message, fix: "use larger nodes" }];
  }
  return profile.sizes.flatMap((size, i): RuleFinding[] => {
    const path = ["sizes", i];
    const same = profile.sizes.findIndex((s) => s.memoryBytes === size.memoryBytes && s.cores === size.cores);
    if (same < i) return [{ path, message: "this size is listed twice", fix: "remove one" }];
    if (size.pool !== null) return [];
    const message = "no node of a user pool holds a notebook of this size";
    return [{ path, message, allowed: pools.map(most).join("; or "), fix: "lower it, or add a pool of larger nodes" }];
  });
}

/** The largest size that one node of a pool holds. */
function most({ id, allocatable }: ResolvedPool): string {
  const room = roomOf(allocatable);
  return `at most ${memoryText(room.memoryBytes)} and ${Math.floor(room.cores * 100) / 100} cores (pool ${id})`;
}
