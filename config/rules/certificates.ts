import type { ResolvedClusterSite } from "../resolve/cluster-site";
import type { ResolvedFederation } from "../resolve/federation";
import type { Rule, RuleFinding } from "./rule";
import { clusterSites } from "./walk";

/** New certificates that Let's Encrypt gives for a registered domain in seven days (https://letsencrypt.org/docs/rate-limits/). */
const perWeek = 50;

/** Words below which a country registers domains: `ox.ac.uk` is registered, `ac.uk` is not. */
const secondLevels = ["ac", "co", "com", "edu", "go", "gob", "gov", "net", "or", "org"];

export const certificates: Rule = {
  id: "certificates",
  reason: `Let's Encrypt gives ${perWeek} new certificates a week for a registered domain: more hosts than that need a wildcard.`,
  check: (federation) => {
    const all = withoutWildcard(federation);
    const domains = new Set(all.map((site) => registeredDomain(site.domain)));
    return [...domains].flatMap((domain): RuleFinding[] => {
      const [first, ...others] = all.filter((site) => registeredDomain(site.domain) === domain);
      if (!first) return [];
      const total = [first, ...others].reduce((sum, site) => sum + hosts(site), 0);
      const most = others.reduce((a, b) => (hosts(b) > hosts(a) ? b : a), first);
      if (total <= perWeek) return [];
      const of = others.length > 0 ? ` at ${others.length + 1} sites` : "";
      const message = `${total} hosts${of} below ${domain} would each need a certificate`;
      const zone = { aws: "route53", google: "cloudDns", kubernetes: "rfc2136" }[most.provider];
      const fix = `write dns: {kind: ${zone}, ...}, which makes one wildcard certificate, or tls: {kind: issuer, ...}`;
      return [{ site: most.id, path: ["dns"], message, allowed: `${perWeek} a week`, fix }];
    });
  },
};

/** Sites whose every host has a certificate of Let's Encrypt's of its own. */
function withoutWildcard(federation: ResolvedFederation): ResolvedClusterSite[] {
  return clusterSites(federation).filter(
    ({ tls, dns }) => dns.kind === "manual" && tls.kind === "acme" && /letsencrypt\.org/.test(tls.server),
  );
}

/** The portal's, the data's and the hubs'. */
function hosts(site: ResolvedClusterSite): number {
  return 2 + site.hubs.length;
}

/** The part of a domain that somebody registered, as far as its words tell. */
function registeredDomain(domain: string): string {
  const labels = domain.split(".");
  const [second = "", top = ""] = labels.slice(-2);
  return labels.slice(top.length === 2 && secondLevels.includes(second) ? -3 : -2).join(".");
}
