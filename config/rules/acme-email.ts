import type { Rule } from "./rule";
import { clusterSites } from "./walk";

export const acmeEmail: Rule = {
  id: "acme-email",
  reason: "A certificate authority warns somebody before certificates run out.",
  check: (federation) =>
    clusterSites(federation).flatMap((site) => {
      if (site.tls.kind !== "acme" || site.tls.email !== null) return [];
      const message = "the authority has no e-mail address to warn, and the federation's contact is a URL";
      return [{ site: site.id, path: ["tls"], message, fix: "write tls: {kind: acme, email: ADDRESS}" }];
    }),
};
