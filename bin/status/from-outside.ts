import { stackName } from "../../config/names";
import type { ResolvedHpcSite } from "../../config/resolve/site";
import type { Deployed } from "../deployed";
import { Failure } from "../failure";
import { fetchPage } from "../verify/fetch";
import { stateOfStacks } from "./cluster";
import type { Ending, HubStatus, SiteStatus } from "./model";
import { waysOf } from "./ports";

/** A site whose machine nobody signs in to from here, by what its own addresses answer; one that was never handed out is not asked. */
export async function seenFromOutside(
  site: ResolvedHpcSite,
  index: Deployed["index"],
  endingOf: (expires: string | null, target: string) => Ending,
): Promise<SiteStatus> {
  const handed = (part: string) => index.get(stackName(site.id, part))?.status === "applied";
  const asked = site.hubs.filter(({ id }) => handed(id));
  const [front, ...answers] = await Promise.all(
    handed("base") ? [`${site.url}/healthz`, ...asked.map(({ url }) => `${url}hub/health`)].map(trouble) : [],
  );
  const hubs = site.hubs.map((hub): [string, HubStatus] => {
    const n = asked.indexOf(hub);
    const standing = n >= 0 && answers[n] === null ? "deployed" : "not deployed";
    const about = { title: hub.title, url: hub.url, movesTo: null, standing, signIn: null } as const;
    return [hub.id, { ...endingOf(hub.expires, `${site.id}/${hub.id}`), ...about }];
  });
  const silent = [front, ...answers].filter((problem) => typeof problem === "string");
  const centreExpires = site.buckets.filter((b) => b.centreExpires).map((b) => b.name);
  return {
    ...endingOf(site.expires, site.id),
    provider: site.provider,
    institution: site.institution,
    state: stateOf(site, index, silent.length, 1 + answers.length),
    hub: site.hubs[0]?.url ?? null,
    data: site.gateway ? site.url : null,
    catalog: site.catalog,
    ...(centreExpires.length === 0 ? {} : { centreExpires }),
    ...(site.batch ? { ways: waysOf(site) } : {}),
    hubs: Object.fromEntries(hubs),
    programs: [],
    problem:
      silent.length === 0 ? null : `${silent.join("; ")}; isthmus up ${site.id} prints what is run on its machine`,
    names: null,
    root: null,
  };
}

function stateOf(site: ResolvedHpcSite, index: Deployed["index"], silent: number, asked: number): SiteStatus["state"] {
  if (stateOfStacks(site, [site], index) === "not deployed") return "not deployed";
  return silent === 0 ? "up" : silent < asked ? "partly up" : "down";
}

/** What is wrong with an address; null where it answers as it should. */
async function trouble(address: string): Promise<string | null> {
  try {
    const { status } = await fetchPage(address, new AbortController().signal);
    return status === 200 ? null : `${address} answers ${status}`;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}
