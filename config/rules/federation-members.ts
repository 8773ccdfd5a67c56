import type { ResolvedFederation } from "../resolve/federation";
import { closedDatasetsOf } from "../resolve/grants";
import type { ResolvedHub } from "../resolve/hub";
import { signsInByFederation } from "../resolve/hub-base";
import type { ResolvedLocalHub } from "../resolve/local-hub";
import { type ResolvedSite, standsOnCluster } from "../resolve/site";
import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { allDatasets, allHubs } from "./walk";

export const federationMembers: Rule = {
  id: "federation-members",
  reason:
    "Everybody of a hub reads what its role reads: one that lets in others than members would show them what is for members.",
  check: (federation) =>
    allHubs(federation).flatMap((reader): RuleFinding[] => {
      const { site, hub } = reader;
      const members = federation.identity?.members;
      if (!members || !signsInByFederation(hub)) return [];
      const outsiders = admitted(federation, hub).filter((idp) => !members.includes(idp));
      const [first] = outsiders.length > 0 ? forMembers(federation, reader) : [];
      if (first === undefined) return [];
      const message = `it lets in people of ${outsiders.join(", ")}, who are no members, and they would read ${first}`;
      const fix =
        "let members alone in, add those to identity.members.idps, or take the bucket from the hub where it is its site's (buckets: {ID: none})";
      return [{ site: site.id, path: ["hubs", hub.id, "allow"], message, allowed: listed(members), fix }];
    }),
};

function forMembers(federation: ResolvedFederation, { site, hub }: { site: ResolvedSite; hub: ResolvedHub }): string[] {
  // A machine's hubs have keys of their own site's store alone.
  const read =
    standsOnCluster(site) && !isLocal(hub)
      ? closedDatasetsOf(federation, site, hub)
      : site.datasets.flatMap(({ id, bucket }) => (hub.buckets.some((b) => b.id === bucket) ? [id] : []));
  return allDatasets(federation).flatMap(({ dataset: { id, access } }) =>
    access === "federation" && read.includes(id) ? [id] : [],
  );
}

/** Institutions whose people may sign in. A claim may be anybody's, so a group that goes by one is of all. */
function admitted({ identity }: ResolvedFederation, hub: ResolvedHub): string[] {
  const all = identity?.idps ?? [];
  if (isLocal(hub)) {
    const people = hub.auth.kind === "federation" && !("service" in hub.auth) ? Object.keys(hub.auth.accounts) : null;
    return people === null ? all : idpsOf(people);
  }
  const { allow, admins } = hub;
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

function isLocal(hub: ResolvedHub): hub is ResolvedLocalHub {
  return "ports" in hub;
}
