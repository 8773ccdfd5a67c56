import type { ResolvedFederation } from "../resolve/federation";
import { signsInByFederation } from "../resolve/hub-base";
import type { Access } from "../resolve/lake";
import type { ResolvedSite } from "../resolve/site";
import type { Rule } from "./rule";
import { allDatasets, allHubs } from "./walk";

export const readable: Rule = {
  id: "readable",
  reason: "What is not public goes only to hubs that sign people in through the federation; without one, to nobody.",
  check: (federation, { faultySites }) =>
    allDatasets(federation).flatMap(({ site, dataset }) => {
      // A site with faults may be the one whose hub reads it.
      if (dataset.access === "public" || faultySites.length > 0) return [];
      if (mayRead(federation, site, dataset.access)) return [];
      const message = "nobody could read this dataset: no hub that it is for signs people in through the federation";
      const fix = "make it and its bucket public, or leave it out until there is such a hub";
      return [{ site: site.id, path: ["datasets", dataset.id, "access"], message, fix }];
    }),
};

/** A bucket of AWS is opened to roles in AWS, which only hubs there have. */
function mayRead(federation: ResolvedFederation, owner: ResolvedSite, access: Access): boolean {
  const sites = typeof access === "object" && !access.groups ? access.sites : undefined;
  return allHubs(federation).some(
    ({ site, hub }) =>
      signsInByFederation(hub) &&
      (owner.provider !== "aws" || site.provider === "aws") &&
      (sites === undefined || sites.includes(site.id)),
  );
}
