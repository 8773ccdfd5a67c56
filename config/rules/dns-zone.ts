import type { Rule } from "./rule";
import { clusterSites } from "./walk";

export const dnsZone: Rule = {
  id: "dns-zone",
  reason: "Records of a name that lies in another zone are refused by the zone's server.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) => {
      // A zone of Cloud DNS has a name of its own, which does not tell.
      if (site.dns.kind === "manual" || site.dns.kind === "cloudDns") return [];
      const { zone } = site.dns;
      if (site.domain === zone || site.domain.endsWith(`.${zone}`)) return [];
      const message = `the site's domain, ${site.domain}, does not lie in this zone`;
      return [{ site: site.id, path: ["dns", "zone"], message, fix: "name the zone that holds the domain" }];
    }),
};
