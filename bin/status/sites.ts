import type { ResolvedAwsLake } from "../../config/resolve/aws-site";
import type { ResolvedClusterSite } from "../../config/resolve/cluster-site";
import type { ResolvedGoogleLake } from "../../config/resolve/google-site";
import {
  type ResolvedHpcSite,
  type ResolvedSite,
  type ResolvedStoreSite,
  standsOnCluster,
} from "../../config/resolve/site";
import { sudoersCommand } from "../../constructs/hpc/sudoers";
import { carriedTo } from "../carried";
import type { Deployed, DeployedSite } from "../deployed";
import { expired, lastMoment } from "../expired";
import type { Config } from "../load-or-exit";
import { isInstalled, localSites } from "../site-kit";
import { tunnelFor, wayTo } from "../ssh-kit";
import { clusterStatus, stateOfStacks } from "./cluster";
import type { Found } from "./found";
import { seenFromOutside } from "./from-outside";
import { installedAt } from "./installed";
import type { Ending, HubStatus, SiteStatus } from "./model";
import { lookOver } from "./over-ssh";
import { waysOf } from "./ports";
import { type Program, programsOf, signInOf } from "./programs";

/** Every site: those of the config in its order, then those that are only deployed. */
export async function siteStatuses(
  config: Config | undefined,
  { sites: deployed, ...facts }: Pick<Deployed, "sites" | "index" | "records">,
): Promise<Record<string, SiteStatus>> {
  const wanted = config?.federation.sites ?? [];
  const roots = new Map(deployed.map((site) => [site.id, site.root]));
  for (const { site, root } of config ? localSites(config.federation, config.directory) : []) {
    // a root that is to move: what runs is still in the old one
    if (isInstalled(root) || !roots.has(site.id)) roots.set(site.id, root);
  }
  const over = new Set(config ? expired(config.federation).map((e) => e.target) : []);
  const endingFor = (site: ResolvedSite) => (expires: string | null, target: string) =>
    endingOf(expires, site.timezone, over.has(site.id) || over.has(target));
  const inCluster = (site: ResolvedSite & ResolvedClusterSite) => clusterStatus(site, facts, wanted, endingFor(site));
  const statusOf = async (site: ResolvedSite) => {
    if (standsOnCluster(site)) return inCluster(site);
    const ending = endingOf(site.expires, site.timezone, over.has(site.id));
    const carried = carriedTo(site);
    if (carried) return seenFromOutside(carried.site, facts.index, endingFor(site));
    if (site.provider === "hpc") return onMachine(site, ending, roots.get(site.id), deployed, over);
    return dataStatus(site, ending, facts.index, wanted);
  };
  const left = deployed.filter(({ id }) => !wanted.some((site) => site.id === id));
  const all = await Promise.all([
    ...wanted.map(async (site) => {
      return [site.id, await statusOf(site)] as const;
    }),
    ...left.map(async (site) => [site.id, await onlyDeployed(site, config !== undefined)] as const),
  ]);
  return Object.fromEntries(all);
}

/** A site that runs nothing: what it has made, and where its data are served. */
function dataStatus(
  site: ResolvedAwsLake | ResolvedGoogleLake | ResolvedStoreSite,
  ending: Ending,
  index: Deployed["index"],
  sites: readonly ResolvedSite[],
): SiteStatus {
  const { provider, institution } = site;
  const front = sites.find((s) => s.id === site.servedBy);
  const served = { data: front?.dataUrl ?? null, catalog: front?.catalog ?? null };
  return {
    ...nothing,
    ...ending,
    ...served,
    provider,
    institution,
    state: stateOfStacks(site, sites, index) ?? "data only",
  };
}

async function onMachine(
  site: ResolvedHpcSite,
  ending: Ending,
  root: string | undefined,
  deployed: readonly DeployedSite[],
  over: ReadonlySet<string>,
): Promise<SiteStatus> {
  const { provider, institution } = site;
  const known = [...site.hubs.map((h) => h.id), ...(deployed.find((d) => d.id === site.id)?.hubs ?? [])];
  const way = wayTo(site);
  const found = way ? await lookOver(way) : await lookAt(root, new Set(known));
  const hubs = site.hubs.map(({ id, title, url, expires }): [string, HubStatus] => {
    const there = found.installed.hubs.get(id);
    const ends = endingOf(expires, site.timezone, over.has(site.id) || over.has(`${site.id}/${id}`));
    const movesTo = there && there.url !== url ? url : null;
    const standing = there ? "deployed" : "not deployed";
    const signIn = there ? (found.signIns[id] ?? null) : null;
    return [id, { ...ends, title: there?.title ?? title, url: there?.url ?? url, movesTo, standing, signIn }];
  });
  const gone = hubsThatLeft(found, new Set(site.hubs.map((h) => h.id)), "left the config");
  const url = found.installed.url ?? site.url;
  const tunnel = tunnelFor(site);
  const centreExpires = site.buckets.filter((b) => b.centreExpires).map((b) => b.name);
  return {
    ...siteOf(found, url, { ...Object.fromEntries(hubs), ...gone }),
    ...ending,
    ...{ provider, institution, data: site.gateway ? url : null },
    ...(tunnel === undefined ? {} : { tunnel }),
    ...(site.batch ? { ways: waysOf(site) } : {}),
    ...(site.batch?.sudo ? { sudoRules: sudoersCommand(site.root, site.batch.sudo) } : {}),
    ...(centreExpires.length === 0 ? {} : { centreExpires }),
  };
}

async function onlyDeployed({ root, hubs }: DeployedSite, left: boolean): Promise<SiteStatus> {
  const found = await lookAt(root, new Set(hubs));
  const shown = hubsThatLeft(found, new Set(), left ? "left the config" : "deployed");
  const url = found.installed.url;
  return { ...siteOf(found, url, shown), ...never, provider: "hpc", institution: left ? "left the config" : null };
}

async function lookAt(root: string | undefined, hubs: ReadonlySet<string>): Promise<Found> {
  const installed = { url: null, hubs: new Map() };
  const none = { root: undefined, installed, programs: [], copies: [], problem: null, signIns: {} };
  if (root === undefined || !isInstalled(root)) return none;
  const [asked, signIns] = await Promise.all([programsOf(root), signInOf(root)]);
  return { root, installed: installedAt(root, hubs), ...asked, signIns };
}

function hubsThatLeft(
  { installed, signIns }: Found,
  wanted: ReadonlySet<string>,
  standing: HubStatus["standing"],
): Record<string, HubStatus> {
  const gone = [...installed.hubs].filter(([id]) => !wanted.has(id));
  return Object.fromEntries(
    gone.map(([id, hub]) => [id, { ...never, ...hub, movesTo: null, standing, signIn: signIns[id] ?? null }]),
  );
}

function siteOf(found: Found, url: string | null, hubs: SiteStatus["hubs"]) {
  return {
    state: found.root === undefined ? ("not installed" as const) : stateOf(found.programs),
    hub: Object.values(hubs)[0]?.url ?? null,
    data: url,
    catalog: url === null ? null : `${url}/stac/catalog.json`,
    hubs,
    programs: found.programs,
    ...(found.copies.length === 0 ? {} : { copies: found.copies }),
    ...(found.certificate === undefined ? {} : { certificate: found.certificate }),
    problem: found.problem,
    root: found.root ?? null,
    names: null,
  };
}

function stateOf(programs: readonly Program[]): SiteStatus["state"] {
  const well = programs.filter((p) => p.state === "RUNNING" && p.health !== "down").length;
  if (well > 0 && well === programs.length) return "up";
  return programs.some((p) => p.state === "RUNNING") ? "partly up" : "down";
}

const never: Ending = { expires: null, expired: false, expiresAtSite: null };
const nothing = { hub: null, hubs: {}, programs: [], problem: null, root: null, names: null };

function endingOf(expires: string | null, timezone: string, over: boolean): Ending {
  return { expires, expired: over, expiresAtSite: expires === null ? null : lastMoment(expires, timezone) };
}
