import { isForHubsOf } from "../resolve/audience";
import type { ResolvedFederation } from "../resolve/federation";
import { signsInByFederation } from "../resolve/hub-base";
import type { ResolvedDataset } from "../resolve/lake";
import type { ResolvedSite } from "../resolve/site";
import type { Rule, RuleFinding } from "./rule";
import { allDatasets, allHubs } from "./walk";

export const readable: Rule = {
  id: "readable",
  reason:
    "What is not public goes only to hubs that sign people in through the federation, where they have a way into its store.",
  check: (federation, { faultySites }) =>
    allDatasets(federation).flatMap(({ site, dataset }) => {
      // A site with faults may be the one whose hub reads it.
      if (dataset.access === "public" || faultySites.length > 0) return [];
      if (mayRead(federation, site, dataset)) return outOfReach(federation, site, dataset);
      const message = "nobody could read this dataset: no hub that it is for signs people in through the federation";
      const fix = "make it and its bucket public, or leave it out until there is such a hub";
      return [{ site: site.id, path: ["datasets", dataset.id, "access"], message, fix }];
    }),
};

function mayRead(federation: ResolvedFederation, owner: ResolvedSite, dataset: ResolvedDataset): boolean {
  const { access } = dataset;
  return allHubs(federation).some(
    ({ site, hub }) =>
      signsInByFederation(hub) &&
      (isForGroups(dataset) || (isForHubsOf(access, site.id) && noWay(owner, dataset, site) === null)),
  );
}

/** A gateway serves them, wherever people are. */
function isForGroups({ access }: ResolvedDataset): boolean {
  return typeof access === "object" && access.groups !== undefined;
}

/** Why hubs of a site cannot be let into a bucket: not where it is, no roles of AWS, no keys of the same store, or not at their cost. */
function noWay(
  owner: ResolvedSite,
  { place }: ResolvedDataset,
  site: ResolvedSite,
): (Pick<RuleFinding, "fix"> & { why: string }) | null {
  if (site.id === owner.id) return null;
  const fix = "remove the site, or make the dataset and its bucket public";
  if (owner.provider === "aws") {
    if (site.provider !== "aws")
      return { why: "a bucket of AWS is opened to roles in AWS, which only hubs there have", fix };
    if (!place.requesterPays || site.account === owner.account || site.cluster === null || site.readsRequesterPays)
      return null;
    return {
      why: "its readers pay, and that site does not",
      fix: `write readsRequesterPays: true for ${site.id}, or requesterPays: false for the bucket`,
    };
  }
  if (owner.provider === "google")
    return { why: "this version opens a bucket of Google Cloud to its own site only", fix };
  const same = site.provider === "kubernetes" && site.s3.endpoint === place.endpoint;
  if (same && site.buckets.some((bucket) => bucket.name === place.bucket)) return null;
  return { why: "the keys of its store stay at its site", fix };
}

/** Sites that a dataset names and whose hubs could never open it. */
function outOfReach(federation: ResolvedFederation, owner: ResolvedSite, dataset: ResolvedDataset): RuleFinding[] {
  const { access } = dataset;
  if (typeof access === "string" || isForGroups(dataset)) return [];
  return (access.sites ?? []).flatMap((id, i): RuleFinding[] => {
    const site = federation.sites.find((one) => one.id === id);
    const barred = site ? noWay(owner, dataset, site) : null;
    if (!barred) return [];
    const { why, fix } = barred;
    const message = `hubs of ${id} could not read it: ${why}`;
    return [{ site: owner.id, path: ["datasets", dataset.id, "access", "sites", i], message, fix }];
  });
}
