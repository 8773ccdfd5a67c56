import type { Rule } from "./rule";
import { clusterSites } from "./walk";

/** Characters of a host's whole name (RFC 1035, 2.3.4). */
const longest = 253;

/** Each label is short enough by the schema. */
export const hostLength: Rule = {
  id: "host-length",
  reason: "A name that is longer than DNS takes has no address.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) => {
      const hosts = [site.dataHost, ...site.hubs.map((hub) => hub.host)];
      const over = Math.max(...hosts.map((host) => host.length)) - longest;
      if (over <= 0) return [];
      const message = `the longest host below it has ${longest + over} characters`;
      return [
        { site: site.id, path: ["domain"], message, allowed: `${longest}`, fix: `use one that is ${over} shorter` },
      ];
    }),
};
