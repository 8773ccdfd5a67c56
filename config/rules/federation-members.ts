import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { ResolvedClusterSite } from "../resolve/cluster-site";
import type { ResolvedFederation } from "../resolve/federation";
import { closedDatasetsOf } from "../resolve/grants";
import { signsInByFederation } from "../resolve/hub-base";
import { listed } from "../suggest";
import type { Rule, RuleFinding } from "./rule";
import { allDatasets, clusterHubs } from "./walk";

export const federationMembers: Rule = {
  id: "federation-members",
  reason:
    "Everybody of a hub reads what its role reads: one that lets in others than members would show them what is for members.",
  check: (federation) =>
    clusterHubs(federation).flatMap(({ site, hub }): RuleFinding[] => {
      const members = federation.identity?.members;
      if (!members || !signsInByFederation(hub)) return [];
      const outsiders = admitted(federation, hub).filter((idp) => !members.includes(idp));
      const [first] = outsiders.length > 0 ? forMembers(federation, site, hub) : [];
      if (first === undefined) return [];
      const message = `it lets in people of ${outsiders.join(", ")}, who are no members, and they would read ${first}`;
      const fix =
        "let members alone in, add those to identity.members.idps, or take the bucket from the hub where it is its site's (buckets: {ID: none})";
      return [{ site: site.id, path: ["hubs", hub.id, "allow"], message, allowed: listed(members), fix }];
    }),
};

function forMembers(federation: ResolvedFederation, site: ResolvedClusterSite, hub: ResolvedClusterHub): string[] {
  const read = closedDatasetsOf(federation, site, hub);
  return allDatasets(federation).flatMap(({ dataset: { id, access } }) =>
    access === "federation" && read.includes(id) ? [id] : [],
  );
}

/** Institutions whose people may sign in. A claim may be anybody's, so a group that goes by one is of all. */
function admitted({ identity }: ResolvedFederation, { allow, admins }: ResolvedClusterHub): string[] {
  const all = identity?.idps ?? [];
  if ("everyone" in allow) return all;
  const groups = allow.groups.map((group) => identity?.groupUsers[group]);
  if (groups.some((users) => users === undefined)) return all;
  const users = [...allow.users, ...admins, ...groups.flatMap((named) => named ?? [])];
  const ofUsers = users.map((user) => user.replace(/^.*@/, ""));
  // An institution vouches for addresses of its own domain and of those below it.
  const ofDomains = all.filter((idp) => allow.domains.some((domain) => `.${domain}`.endsWith(`.${idp}`)));
  return [...new Set([...allow.idps, ...ofUsers, ...ofDomains])];
}
