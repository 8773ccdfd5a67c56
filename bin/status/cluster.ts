import { stackName } from "../../config/names";
import type { ResolvedClusterSite } from "../../config/resolve/cluster-site";
import type { ResolvedSite } from "../../config/resolve/site";
import { siteStacks } from "../../config/stack-parts";
import type { Deployed } from "../deployed";
import type { Ending, HubStatus, SiteStatus } from "./model";

/** What a site in a cluster is to its people, by what was applied. The cluster itself is not asked: that needs its credentials. */
export async function clusterStatus(
  site: ResolvedSite & ResolvedClusterSite,
  { index, records }: Pick<Deployed, "index" | "records">,
  sites: readonly ResolvedSite[],
  endingOf: (expires: string | null, target: string) => Ending,
): Promise<SiteStatus> {
  const applied = (stack: string) => index.get(stack)?.status === "applied";
  const hubs = site.hubs.map((hub): [string, HubStatus] => {
    const standing = applied(stackName(site.id, hub.id)) ? "deployed" : "not deployed";
    const about = { title: hub.title, url: hub.url, movesTo: null, standing, signIn: null } as const;
    return [hub.id, { ...endingOf(hub.expires, `${site.id}/${hub.id}`), ...about }];
  });
  return {
    ...endingOf(site.expires, site.id),
    provider: site.provider,
    institution: site.institution,
    state: stateOfStacks(site, sites, index) ?? "not deployed",
    hub: site.hubs[0]?.url ?? null,
    data: site.dataUrl,
    catalog: site.catalog,
    hubs: Object.fromEntries(hubs),
    programs: [],
    problem: null,
    root: null,
    names: await namesOf(site, records),
  };
}

/** How a site stands by its stacks; undefined where it has none. */
export function stateOfStacks(
  site: ResolvedSite,
  sites: readonly ResolvedSite[],
  index: Deployed["index"],
): SiteStatus["state"] | undefined {
  const stacks = siteStacks(site, sites);
  const there = stacks.filter((stack) => index.get(stack)?.status === "applied").length;
  if (stacks.length === 0) return undefined;
  return there === 0 ? "not deployed" : there < stacks.length ? "partly deployed" : "deployed";
}

/** Records that people make, where no zone is managed. */
async function namesOf(site: ResolvedClusterSite, records: Deployed["records"]): Promise<SiteStatus["names"]> {
  if (site.dns.kind !== "manual") return null;
  const services = stackName(site.id, "services");
  const address = addressIn(await records.holder(services)?.state(services));
  return { hosts: [site.domain, site.dataHost, ...site.hubs.map((hub) => hub.host)], address };
}

/** The address that the services' stack found out when it was applied. */
function addressIn(state: string | undefined): string | null {
  if (state === undefined) return null;
  const { outputs } = JSON.parse(state) as { outputs?: Record<string, { value?: unknown }> };
  const value = outputs?.address?.value;
  return typeof value === "string" && value !== "pending" ? value : null;
}
