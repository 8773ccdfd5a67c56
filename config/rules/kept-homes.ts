import type { Rule, RuleFinding } from "./rule";
import { clusterSites } from "./walk";

export const keptHomes: Rule = {
  id: "kept-homes",
  reason:
    "A disk of homes is kept and paid for until somebody decides; a site that ends by itself has nobody who does.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) =>
      site.homes.flatMap((home): RuleFinding[] => {
        if (site.expires === null || home.kind === "export") return [];
        const what = home.kind === "nfs" ? "disk" : "file system";
        const message = `the site expires, and this ${what} would be kept`;
        const fix = "write `expires` on its hubs instead, or use an export or home: none";
        return [{ site: site.id, path: ["homes", home.id], message, fix }];
      }),
    ),
};
