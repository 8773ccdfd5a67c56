import type { Rule, RuleFinding } from "./rule";
import { clusterHubs } from "./walk";

export const profileGpus: Rule = {
  id: "profile-gpus",
  reason: "A profile runs where its GPUs are, and one without GPUs keeps away from nodes that have some.",
  check: (federation) =>
    clusterHubs(federation).flatMap(({ site, hub }) =>
      hub.profiles.flatMap((profile): RuleFinding[] => {
        const users = site.pools.filter((pool) => pool.for === "user");
        const most = Math.max(0, ...users.map((pool) => pool.gpus));
        const path = ["hubs", hub.id, "profiles", profile.id];
        if (users.length === 0) return [];
        if (profile.gpu === 0) {
          if (users.some((pool) => pool.gpus === 0)) return [];
          const message = "every user pool of the site has GPUs, which this profile would leave idle";
          return [{ site: site.id, path, message, fix: "write gpu: 1, or add a user pool without GPUs" }];
        }
        if (profile.gpu <= most) return [];
        const message = most === 0 ? "no user pool of the site has GPUs" : "no node of a user pool has so many GPUs";
        const fix = most === 0 ? "remove it, or add a user pool with `gpus`" : "lower it";
        return [
          {
            site: site.id,
            path: [...path, "gpu"],
            message,
            ...(most === 0 ? {} : { allowed: `at most ${most}` }),
            fix,
          },
        ];
      }),
    ),
};
