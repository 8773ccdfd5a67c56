import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { ResolvedFederation } from "../resolve/federation";
import { closedDatasetsOf } from "../resolve/grants";
import type { ResolvedHub } from "../resolve/hub";
import { signsInByFederation } from "../resolve/hub-base";
import type { ResolvedLocalHub } from "../resolve/local-hub";
import type { ResolvedHpcSite } from "../resolve/site";
import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { allDatasets, clusterHubs, hpcSites } from "./walk";

export const federationMembers: Rule = {
  id: "federation-members",
  reason:
    "Everybody of a hub reads what its role reads: one that lets in others than members would show them what is for members.",
  check: (federation) => [
    ...clusterHubs(federation).flatMap(({ site, hub }) =>
      wrong(federation, site.id, hub, admitted(federation, hub), () => closedDatasetsOf(federation, site, hub)),
    ),
    ...hpcSites(federation).flatMap((site) =>
      site.hubs.flatMap((hub) =>
        wrong(federation, site.id, hub, withAccounts(federation, hub), () => ofStore(site, hub)),
      ),
    ),
  ],
};

/** @param reads what of the federation's datasets a hub's people may read */
function wrong(
  federation: ResolvedFederation,
  site: string,
  hub: ResolvedHub,
  idps: readonly string[],
  reads: () => readonly string[],
): RuleFinding[] {
  const members = federation.identity?.members;
  if (!members || !signsInByFederation(hub)) return [];
  const outsiders = idps.filter((idp) => !members.includes(idp));
  const [first] = outsiders.length > 0 ? forMembers(federation, reads()) : [];
  if (first === undefined) return [];
  const message = `it lets in people of ${outsiders.join(", ")}, who are no members, and they would read ${first}`;
  const fix =
    "let members alone in, add those to identity.members.idps, or take the bucket from the hub where it is its site's (buckets: {ID: none})";
  return [{ site, path: ["hubs", hub.id, "allow"], message, allowed: listed(members), fix }];
}

function forMembers(federation: ResolvedFederation, read: readonly string[]): string[] {
  return allDatasets(federation).flatMap(({ dataset: { id, access } }) =>
    access === "federation" && read.includes(id) ? [id] : [],
  );
}

/** A machine's hubs have keys of their own site's store alone. */
function ofStore(site: ResolvedHpcSite, hub: ResolvedLocalHub): string[] {
  return site.datasets.filter(({ bucket }) => hub.buckets.some(({ id }) => id === bucket)).map(({ id }) => id);
}

/** Institutions of those whose accounts are told; of all, where people may prove theirs. */
function withAccounts({ identity }: ResolvedFederation, { auth }: ResolvedLocalHub): readonly string[] {
  if (auth.kind === "federation" && !("service" in auth)) return idpsOf(Object.keys(auth.accounts));
  return identity?.idps ?? [];
}

/** Institutions whose people may sign in. A claim may be anybody's, so a group that goes by one is of all. */
function admitted({ identity }: ResolvedFederation, { allow, admins }: ResolvedClusterHub): string[] {
  const all = identity?.idps ?? [];
  if ("everyone" in allow) return all;
  const groups = allow.groups.map((group) => identity?.groupUsers[group]);
  if (groups.some((users) => users === undefined)) return all;
  const users = [...allow.users, ...admins, ...groups.flatMap((named) => named ?? [])];
  // An institution vouches for addresses of its own domain and of those below it.
  const ofDomains = all.filter((idp) => allow.domains.some((domain) => `.${domain}`.endsWith(`.${idp}`)));
  return [...new Set([...allow.idps, ...idpsOf(users), ...ofDomains])];
}

function idpsOf(people: readonly string[]): string[] {
  return [...new Set(people.map((person) => person.replace(/^.*@/, "")))];
}
