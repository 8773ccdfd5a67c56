import { letsEncrypt } from "../resolve/acme";
import type { Rule } from "./rule";
import { clusterSites, hpcSites } from "./walk";

/** Last words of names that the public DNS does not have: RFC 6761, 6762, 7686, 8375, ICANN's for private use, and customs. */
const notPublic =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|private|test|invalid|onion|home\.arpa|localdomain)$/;

export const acmeNames: Rule = {
  id: "acme-names",
  reason: "Let's Encrypt certifies what the public DNS has, and asks there for proof.",
  check: (federation) => {
    const named = [
      ...clusterSites(federation).map(({ id, domain, tls }) => {
        return { id, domain, server: tls.kind === "acme" ? tls.server : null };
      }),
      ...hpcSites(federation).map(({ id, written, certificate }) => {
        return { id, domain: written.domain ?? "", server: certificate?.acme?.server ?? null };
      }),
    ];
    return named
      .filter(({ domain, server }) => server === letsEncrypt && notPublic.test(domain))
      .map(({ id: site }) => {
        const message = "the public DNS has no such name, so Let's Encrypt gives no certificate for it";
        const fix = "write tls: {server: URL} with an authority of yours, or a name of the public DNS";
        return { site, path: ["domain"], message, fix };
      });
  },
};
