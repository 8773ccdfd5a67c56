import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { ResolvedFederation } from "../resolve/federation";
import { didYouMean, listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { clusterHubs } from "./walk";

type Identity = NonNullable<ResolvedFederation["identity"]>;

export const allowNames: Rule = {
  id: "allow-names",
  reason:
    "An institution or group that the federation does not have lets nobody in, and one of its domain vouches for nobody else's.",
  check: (federation) =>
    clusterHubs(federation).flatMap(({ site, hub }) =>
      (federation.identity && hub.auth.kind === "federation" ? ofHub(hub, federation.identity) : []).map(
        ({ path, ...finding }) => ({ ...{ site: site.id, path: ["hubs", hub.id, ...path] }, ...finding }),
      ),
    ),
};

function ofHub(hub: ResolvedClusterHub, { idps, groups }: Identity): RuleFinding[] {
  const ofProfiles = hub.profiles.flatMap(({ id, allow }) =>
    unknown(["profiles", id, "allow", "groups"], allow?.groups ?? [], groups, "group", "identity.groups"),
  );
  if ("everyone" in hub.allow) return ofProfiles;
  return [
    ...unknown(["allow", "idps"], hub.allow.idps, idps, "institution", "identity.idps"),
    ...unknown(["allow", "groups"], hub.allow.groups, groups, "group", "identity.groups"),
    ...hub.allow.domains.flatMap((domain, i): RuleFinding[] => {
      if (idps.some((idp) => domain === idp || domain.endsWith(`.${idp}`))) return [];
      const message = "no institution may vouch for addresses of this domain";
      const allowed = `these, and what ends in .NAME of one: ${listed(idps)}`;
      return [
        {
          path: ["allow", "domains", i],
          message,
          allowed,
          fix: "name an institution with idps, or add it to identity.idps",
        },
      ];
    }),
    ...ofProfiles,
  ];
}

function unknown(path: string[], names: readonly string[], known: readonly string[], what: string, where: string) {
  return names.flatMap((name, i): RuleFinding[] => {
    if (known.includes(name)) return [];
    const fix = didYouMean(name, known) ?? `name one of those, or add it to ${where} in the federation file`;
    return [{ path: [...path, i], message: `the federation has no such ${what}`, allowed: listed(known), fix }];
  });
}
