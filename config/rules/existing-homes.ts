import type { ResolvedHome } from "../resolve/cluster-site";
import type { Rule } from "./rule";
import { clusterSites } from "./walk";

export const existingHomes: Rule = {
  id: "existing-homes",
  reason:
    "Nothing of a disk or file system that exists is changed, so what only its making can set would mean nothing.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) =>
      site.homes.flatMap((home) =>
        meaningless(home).map((key) => {
          const message = "these homes exist, and nothing of what they lie on is changed";
          return { site: site.id, path: ["homes", home.id, key], message, fix: "remove it" };
        }),
      ),
    ),
};

function meaningless(home: ResolvedHome): readonly string[] {
  if (home.kind === "export") return [];
  const kept = home.kind === "nfs" ? home.disk : home;
  return kept && kept.existing !== null ? kept.madeOnly : [];
}
