import type { Rule, RuleFinding } from "./rule";
import { kubernetesSites } from "./walk";

export const homeClass: Rule = {
  id: "home-class",
  reason: "A disk that is kept for years has its class by name: a cluster's default class is another one some day.",
  check: (federation) =>
    kubernetesSites(federation).flatMap((site) =>
      site.homes.flatMap((home): RuleFinding[] => {
        if (home.kind !== "nfs" || home.storageClass !== null) return [];
        const message = "no storage class is named for the disk of these homes";
        const fix = "write storageClass: NAME here or for the site";
        return [{ site: site.id, path: ["homes", home.id], message, fix }];
      }),
    ),
};
