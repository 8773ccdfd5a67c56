import type { FederationConfig } from "../schema/federation";
import type { SiteConfig } from "../schema/site";
import { type ResolvedSite, resolveRunningSite, resolveStoreSite } from "./site";

/** The whole federation with every default, name and URL present. Sites in the order of their ids, so that file names do not matter. */
export function resolveFederation(config: FederationConfig, sites: readonly SiteConfig[]) {
  const running = sites.filter((s) => s.provider !== "store").map((s) => resolveRunningSite(config.federation, s));
  const gateways = new Map(running.flatMap((s) => (s.gateway ? [[s.id, s.url] as const] : [])));
  const stores = sites.filter((s) => s.provider === "store").map((s) => resolveStoreSite(s, gateways));
  const resolved: ResolvedSite[] = [...running, ...stores].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
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
