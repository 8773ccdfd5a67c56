import { perNode } from "../machines/shares";
import type { Rule, RuleFinding } from "./rule";
import { clusterHubs } from "./walk";

export const placeholders: Rule = {
  id: "placeholders",
  reason:
    "Places that are kept warm need nodes: more than the pool may ever have wait for ever, and make nothing warm.",
  check: (federation) =>
    clusterHubs(federation).flatMap(({ site, hub }): RuleFinding[] => {
      const size = hub.profiles.find((p) => p.default)?.sizes[0];
      const pool = site.pools.find((p) => p.id === size?.pool);
      if (!size || !pool) return [];
      const most = perNode(pool.allocatable, size) * pool.maxNodes;
      if (hub.placeholders <= most) return [];
      const path = ["hubs", hub.id, "placeholders", "users"];
      const message = `pool ${pool.id} never has room for so many of the default size`;
      const fix = `lower it, or raise maxNodes of ${pool.id}`;
      return [{ site: site.id, path, message, allowed: `at most ${most}`, fix }];
    }),
};
