import { type Fault, faultAt } from "../config/faults";
import type { Loaded } from "../config/load";
import { stackName } from "../config/names";
import type { ResolvedFederation } from "../config/resolve/federation";

/** What has passed its `expires`: the target that takes it down, its stacks, the instant. */
export interface Expired {
  readonly target: string;
  readonly at: string;
  /** The site's. */
  readonly timezone: string;
}

/** Sites and hubs that expired before `now` (ms); a hub of an expired site is not named again. */
export function expired(federation: ResolvedFederation, now: number = Date.now()): Expired[] {
  const past = (at: string | null): at is string => at !== null && Date.parse(at) <= now;
  return federation.sites.flatMap((site) => {
    const { timezone } = site;
    if (past(site.expires)) return [{ target: site.id, at: site.expires, timezone }];
    return site.hubs.flatMap((hub) =>
      past(hub.expires) ? [{ target: `${site.id}/${hub.id}`, at: hub.expires, timezone }] : [],
    );
  });
}

/** Each `expires` that has passed, at its place; no fault, since the config says what is meant. */
export function expiryNotes(
  config: Pick<Loaded, "placeOf"> & { readonly federation: ResolvedFederation },
  now: number = Date.now(),
): Fault[] {
  return expired(config.federation, now).map(({ target, at, timezone }) => {
    const [site = "", hub] = target.split("/");
    const path = [...(hub === undefined ? [] : ["hubs", hub]), "expires"];
    const message = `${target} expired after ${lastMoment(at, timezone)}: it cannot be brought up any more`;
    const fix = `extend \`expires\`, or take it down with isthmus down ${target} and remove it here`;
    return faultAt("expired", config.placeOf(site, path), { path, message, fix });
  });
}

/** What to do about it. */
export function expiredLine({ target, at, timezone }: Expired): string {
  return `${target} expired after ${lastMoment(at, timezone)}: extend \`expires\` or take it down with isthmus down ${target}`;
}

/** The last day before an instant on the clocks of a time zone where a day begins then; else its day and time there. */
export function lastMoment(at: string, timezone: string): string {
  const clock = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "short" });
  const day = (time: number) => clock.format(time).slice(0, 10);
  const instant = Date.parse(at);
  return day(instant - 1) === day(instant) ? `${clock.format(instant)} ${timezone}` : day(instant - 1);
}

/** Whether a stack belongs to an expired site or is an expired hub's. */
export function isExpired(stack: string, site: string, list: readonly Expired[]): boolean {
  return list.some(({ target }) => target === site || stackName(...(target.split("/") as [string, string])) === stack);
}
