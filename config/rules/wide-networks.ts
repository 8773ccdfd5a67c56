import type { Path } from "../faults";
import type { Rule, RuleFinding } from "./rule";
import { clusterSites } from "./walk";

/** Bits of the widest private network that there is (10.0.0.0/8). */
const fewestBits = 8;

export const wideNetworks: Rule = {
  id: "wide-networks",
  reason: "Addresses are told so that all others stay out: a range that holds half the internet keeps nobody out.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) => [
      ...wide(site.id, ["objectStore", "networks"], site.s3.networks, "the store's networks"),
      ...wide(site.id, ["cluster", "nameServers"], site.nameServers, "the addresses of name servers"),
      ...wide(site.id, ["ingress", "networks"], site.ingressNetworks, "the networks of the ingress"),
      ...wide(
        site.id,
        ["tls", "from"],
        site.tls.kind === "ahead" ? site.tls.from : null,
        "the addresses of what ends TLS",
      ),
      ...site.homes.flatMap((home) =>
        wide(site.id, ["homes", home.id, "nodes"], "nodes" in home ? home.nodes : null, "the nodes' addresses"),
      ),
    ]),
};

function wide(site: string, path: Path, networks: readonly string[] | null | undefined, what: string): RuleFinding[] {
  return (networks ?? []).flatMap((cidr, i) => {
    if (Number(cidr.split("/")[1]) >= fewestBits) return [];
    const message = "this range is wider than any private network";
    const allowed = `ADDRESS/BITS with at least ${fewestBits} bits`;
    return [{ site, path: [...path, i], message, allowed, fix: `write ${what} alone` }];
  });
}
