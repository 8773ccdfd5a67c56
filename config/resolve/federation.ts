import type { FederationConfig } from "../schema/federation";
import type { SiteConfig } from "../schema/site";
import { resolveIdentity } from "./identity";
import { type DataSiteConfig, isRunning, type ResolvedSite, resolveDataSite, resolveRunningSite } from "./site";
import { type GooglePlace, resolveState } from "./state";

/** The whole federation with every default, name and URL present. Sites in the order of their ids, so that file names do not matter. */
export function resolveFederation(config: FederationConfig, sites: readonly SiteConfig[]) {
  const running = sites.filter(isRunning).map((s) => resolveRunningSite(config, s));
  const gateways = new Map(running.flatMap((s) => (s.gateway ? [[s.id, s.dataUrl] as const] : [])));
  const data = sites.filter((s): s is DataSiteConfig => !isRunning(s)).map((s) => resolveDataSite(config, s, gateways));
  const resolved: ResolvedSite[] = [...running, ...data].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const { identity } = config;
  const state = resolveState(config);
  return {
    id: config.federation,
    title: config.title,
    contact: config.contact,
    /** Null where people sign in only site by site. */
    identity: identity ? resolveIdentity(identity) : null,
    state,
    /** Where the state of a site's stacks lies, by the site's id: its own place, else the federation's. */
    states: Object.fromEntries(
      sites.map((s) => [s.site, "state" in s && s.state ? resolveState(config, s.state, placeOf(s)) : state]),
    ),
    sites: resolved,
  };
}

/** Where a site is in Google Cloud, if it is. */
function placeOf(site: SiteConfig): GooglePlace | undefined {
  return site.provider === "google" ? site : undefined;
}

export type ResolvedFederation = ReturnType<typeof resolveFederation>;
