import { memoryText } from "./quantities";
import type { Rule, RuleFinding } from "./rule";
import { clusterSites } from "./walk";

/** `export` homes have no quota to write: nothing here could enforce it. */
export const homeQuota: Rule = {
  id: "home-quota",
  reason: "A quota as large as the disk holds nobody back: one user fills it for all.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) =>
      site.homes.flatMap((home): RuleFinding[] => {
        if (home.kind !== "nfs" || home.quotaBytes < home.sizeBytes) return [];
        const path = ["homes", home.id, "quota"];
        const message = "one user's quota is no less than the whole disk";
        const allowed = `less than ${memoryText(home.sizeBytes)}`;
        return [{ site: site.id, path, message, allowed, fix: "lower it, or raise size" }];
      }),
    ),
};
