import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { clusterHubs } from "./walk";

export const hubHome: Rule = {
  id: "hub-home",
  reason: "A hub mounts one home file system of its site: another hub's by a slip would show other people's files.",
  check: (federation) =>
    clusterHubs(federation).flatMap(({ site, hub }): RuleFinding[] => {
      const homes = site.homes.map((home) => home.id);
      const allowed = listed([...homes, "none"]);
      if (hub.homeTold === null) {
        if (homes.length < 2) return [];
        const message = "the site has several home file systems, and the hub does not say which";
        return [
          { site: site.id, path: ["hubs", hub.id], message, allowed, fix: `write home: ${homes[0]}, or another` },
        ];
      }
      if (hub.homeTold === "none" || homes.includes(hub.homeTold)) return [];
      const fix = didYouMean(hub.homeTold, [...homes, "none"]) ?? "name one of `homes`, or write none";
      const path = ["hubs", hub.id, "home"];
      return [{ site: site.id, path, message: "the site has no such home file system", allowed, fix }];
    }),
};
