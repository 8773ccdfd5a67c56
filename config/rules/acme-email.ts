import type { Rule } from "./rule";
import { clusterSites, hpcSites } from "./walk";

export const acmeEmail: Rule = {
  id: "acme-email",
  reason: "A certificate authority warns somebody before certificates run out.",
  check: (federation) => {
    const unwarned = [
      ...clusterSites(federation).filter(({ tls }) => tls.kind === "acme" && tls.email === null),
      ...hpcSites(federation).filter(({ certificate }) => certificate?.acme?.email === null),
    ];
    const message = "the authority has no e-mail address to warn, and the federation's contact is a URL";
    return unwarned.map(({ id }) => {
      return { site: id, path: ["tls"], message, fix: "write tls: {kind: acme, email: ADDRESS}" };
    });
  },
};
