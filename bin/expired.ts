import { stackName } from "../config/names";
import type { ResolvedFederation } from "../config/resolve/federation";

/** What has passed its `expires`: the target that takes it down, its stacks, the instant. */
export interface Expired {
  readonly target: string;
  readonly at: string;
}

/** Sites and hubs that expired before `now` (ms); a hub of an expired site is not named again. */
export function expired(federation: ResolvedFederation, now: number = Date.now()): Expired[] {
  const past = (at: string | null): at is string => at !== null && Date.parse(at) <= now;
  return federation.sites.flatMap((site) => {
    if (site.provider !== "hpc") return [];
    if (past(site.expires)) return [{ target: site.id, at: site.expires }];
    return site.hubs.flatMap((hub) => (past(hub.expires) ? [{ target: `${site.id}/${hub.id}`, at: hub.expires }] : []));
  });
}

/** What to do about it. */
export function expiredLine({ target, at }: Expired): string {
  return `${target} expired on ${at}: extend \`expires\` or take it down with isthmus down ${target}`;
}

/** Whether a stack belongs to an expired site or is an expired hub's. */
export function isExpired(stack: string, site: string, list: readonly Expired[]): boolean {
  return list.some(({ target }) => target === site || stackName(...(target.split("/") as [string, string])) === stack);
}
