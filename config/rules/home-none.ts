import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { Rule } from "./rule";
import { clusterHubs } from "./walk";

/** What is left at five in the evening is still there at nine in the morning. */
const nightMinutes = 16 * 60;

/** A hub with `expires` tells its people that nothing there lasts; a repository that is cloned brings back nobody's work. */
export const homeNone: Rule = {
  id: "home-none",
  reason:
    "Without a home, files go with an idle server: they are saved elsewhere, or it waits overnight, or the hub ends soon anyway.",
  check: (federation) =>
    clusterHubs(federation).flatMap(({ site, hub }) => {
      const unsaid = hub.homeTold === null && site.homes.length > 1;
      if (unsaid || hub.home !== null || hub.content.saveTo !== null || hub.expires !== null || site.expires !== null)
        return [];
      const minutes = stoppedAfter(hub);
      if (minutes >= nightMinutes) return [];
      const message = `the hub has no home, and a server is stopped after ${minutes} idle minutes with all that its user made`;
      const fix = `write content.saveTo, a home, expires, or cull.idleMinutes: ${nightMinutes} or more`;
      return [{ site: site.id, path: ["hubs", hub.id, "home"], message, fix }];
    }),
};

function stoppedAfter({ cull }: ResolvedClusterHub): number {
  return Math.min(cull.idleSeconds, cull.maxAgeSeconds) / 60;
}
