import type { FederationConfig } from "../schema/federation";
import type { SiteConfig } from "../schema/site";
import { type ResolvedSite, resolveHpcSite, resolveStoreSite } from "./site";

/** The whole federation with every default, name and URL present. Sites in the order of their ids, so that file names do not matter. */
export function resolveFederation(config: FederationConfig, sites: readonly SiteConfig[]) {
  const ordered = [...sites].sort((a, b) => (a.site < b.site ? -1 : a.site > b.site ? 1 : 0));
  const made = ordered.filter((s) => s.provider === "hpc").map((s) => resolveHpcSite(config.federation, s));
  const gateways = new Map(made.flatMap((s) => (s.gateway ? [[s.id, s.url] as const] : [])));
  const resolved: ResolvedSite[] = ordered.map((s) =>
    s.provider === "hpc" ? (made.find((m) => m.id === s.site) as ResolvedSite) : resolveStoreSite(s, gateways),
  );
  const { identity } = config;
  return {
    id: config.federation,
    title: config.title,
    contact: config.contact,
    /** Null where people sign in only site by site. */
    identity: identity
      ? {
          kind: identity.kind,
          idps: Object.keys(identity.idps),
          groups: Object.keys(identity.groups ?? {}),
          members: identity.members?.idps ?? null,
          /** Groups that are lists of user ids (`<claim>@<idp>`), by group. */
          groupUsers: Object.fromEntries(
            Object.entries(identity.groups ?? {}).flatMap(([id, g]) => ("users" in g ? [[id, g.users] as const] : [])),
          ),
        }
      : null,
    state: { kind: config.state?.kind ?? ("local" as const) },
    sites: resolved,
  };
}

export type ResolvedFederation = ReturnType<typeof resolveFederation>;
