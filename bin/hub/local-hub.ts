import { userInfo } from "node:os";
import type { ResolvedLocalHub } from "../../config/resolve/local-hub";
import type { ResolvedHpcSite } from "../../config/resolve/site";
import { didYouMean, listed } from "../../config/suggest";
import { Failure, usageFailure } from "../failure";
import type { Config } from "../load-or-exit";
import { isInstalled, type LocalSite, localSites } from "../site-kit";
import { sshSites, wayTo } from "../ssh-kit";
import { signInOver } from "../status/over-ssh";
import { signInOf } from "../status/programs";
import type { Account } from "./account";

/** A hub whose generated passwords can be asked for: of a site on this machine, or on one that is reached over SSH. */
export interface LocalHub {
  readonly site: ResolvedHpcSite;
  readonly hub: ResolvedLocalHub;
  /** The site's directory: absolute on this machine, as written on another. */
  readonly root: string;
}

/** The user name at the hubs of this machine where anybody may sign in: the person's own, where it can be one. */
function ownName(): string {
  const { username } = userInfo();
  return /^[a-z][a-z0-9-]{0,31}$/.test(username) ? username : "me";
}

/**
 * The hubs that `SITE` or `SITE/HUB` means.
 * @throws Failure (usage) for a target that is nothing, or that has no programs on this machine
 */
export function hubsOf({ federation, directory }: Config, target: string): LocalHub[] {
  const [siteId = "", hubId] = target.split("/");
  const sites = [
    ...localSites(federation, directory),
    ...sshSites(federation).map(({ site }) => ({ site, root: site.root })),
  ];
  const local = sites.find((s) => s.site.id === siteId);
  if (!local)
    throw noSite(
      siteId,
      federation.sites.map((s) => s.id),
      sites,
    );
  const hubs = local.site.hubs.filter((h) => hubId === undefined || h.id === hubId);
  const known = local.site.hubs.map((h) => `${siteId}/${h.id}`);
  if (hubs.length === 0 && hubId === undefined)
    throw usageFailure(`site ${siteId} has no hub: write one under \`hubs\`, or name another site`);
  if (hubs.length === 0)
    throw usageFailure(`no hub "${target}": ${didYouMean(target, known) ?? `there are ${listed(known)}`}`);
  return hubs.map((hub) => ({ ...local, hub }));
}

/** The one hub that a target means; a site with several must be told which. */
export function hubOf(config: Config, target: string): LocalHub {
  const [hub, another] = hubsOf(config, target);
  if (!hub) throw usageFailure(`site ${target} has no hub: write one under \`hubs\`, or name another site`);
  if (!another) return hub;
  const all = hub.site.hubs.map((h) => `${target}/${h.id}`);
  throw usageFailure(`site ${target} has several hubs: say which, ${listed(all)}`);
}

function noSite(id: string, all: readonly string[], local: readonly LocalSite[]): Failure {
  const known = local.map((s) => s.site.id);
  const here = known.length === 0 ? "no site is" : `${listed(known)} ${known.length === 1 ? "is" : "are"}`;
  if (all.includes(id))
    return usageFailure(
      `site ${id} has no hub on this machine (${here}): sign in to it by its address, isthmus status`,
    );
  return usageFailure(`no site "${id}": ${didYouMean(id, known) ?? `there are ${listed(known)}`}`);
}

/** How people sign in where there is no password of the hub's own. */
export function ownAccounts({ auth }: LocalHub["hub"]): string {
  const whose = auth.kind === "federation" ? "through the federation" : "with their own accounts of its machine";
  return `${whose}, and Isthmus has no account`;
}

/**
 * How to sign in to a hub of this machine: with its generated passwords, which the site's own kit tells.
 * @param user without one, the person's own name, or the first who is allowed
 * @throws Failure when the site is not installed or its sign-in is another
 */
export async function accountAt({ site, hub, root }: LocalHub, user?: string): Promise<Account> {
  const up = `isthmus up ${site.id}/${hub.id}`;
  if (hub.auth.kind !== "sharedPassword")
    throw new Failure(`people sign in to ${site.id}/${hub.id} ${ownAccounts(hub)}: ${hub.url}`);
  const way = wayTo(site);
  if (!way && !isInstalled(root)) throw new Failure(`site ${site.id} is not installed: ${up}`);
  const signIn = (await (way ? signInOver(way) : signInOf(root)))[hub.id];
  if (!signIn) throw new Failure(`hub ${site.id}/${hub.id} is not installed or has no password of its own: ${up}`);
  const { allow } = hub;
  const name = user ?? ("everyone" in allow ? ownName() : (allow.users[0] ?? hub.admins[0] ?? ownName()));
  const password = hub.admins.includes(name) ? signIn.adminPassword : signIn.password;
  if (password === undefined || password === null) throw new Failure(`${site.id}/${hub.id} has no password yet: ${up}`);
  return { user: name, secret: { password } };
}
