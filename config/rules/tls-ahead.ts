import type { Rule } from "./rule";
import { clusterSites } from "./walk";

export const tlsAhead: Rule = {
  id: "tls-ahead",
  reason:
    "Who asks, and whether by https, is told by whoever ends TLS: believed of anybody, it is what a client makes up.",
  check: (federation) =>
    clusterSites(federation).flatMap(({ id: site, tls, ingressClass }) => {
      if (tls.kind !== "ahead") return [];
      if (ingressClass === null && tls.from === undefined) {
        const message = "not said from which addresses what ends TLS reaches Traefik";
        return [{ site, path: ["tls"], message, fix: "write tls: {kind: ahead, from: [ADDRESS/BITS]}" }];
      }
      if (ingressClass !== null && tls.from !== undefined) {
        const message = `whom the ingress ${ingressClass} believes is said where it is configured, not here`;
        return [{ site, path: ["tls", "from"], message, fix: "remove it" }];
      }
      return [];
    }),
};
