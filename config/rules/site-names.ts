import type { Rule, RuleFinding } from "./rule";
import { hpcSites } from "./walk";

export const siteNames: Rule = {
  id: "site-names",
  reason: "A certificate is for a name, and a name that people outside use is for TLS: their passwords go over it.",
  check: (federation) =>
    hpcSites(federation).flatMap(({ id: site, written }): RuleFinding[] => {
      const { domain, tls } = written;
      if (tls !== undefined && domain === undefined) {
        const message = "not said for which name, which all URLs of the site have";
        return [{ site, path: ["tls"], message, fix: "write domain: NAME for the site" }];
      }
      if (tls === undefined && domain !== undefined) {
        const message = "a name by which people outside find the site, and passwords would go there over HTTP";
        const fix = "write tls: {kind: acme}, {kind: files, certificate: ..., key: ...} or {kind: ahead}, or remove it";
        return [{ site, path: ["domain"], message, fix }];
      }
      return [];
    }),
};
