import { isForHubsOf } from "../resolve/audience";
import type { ResolvedAwsSite } from "../resolve/aws-site";
import type { ResolvedFederation } from "../resolve/federation";
import { isReader } from "../resolve/grants";
import { signsInByFederation } from "../resolve/hub-base";
import type { ResolvedDataset } from "../resolve/lake";
import type { ResolvedSite } from "../resolve/site";
import { tokenIssuerOf } from "../resolve/token-issuer";
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

type NoWay = Pick<RuleFinding, "fix"> & { readonly why: string };

/** Why hubs of a site cannot be let into a bucket: not where it is, nobody to its cloud, no keys of the same store, or not at their cost. */
function noWay(owner: ResolvedSite, { place }: ResolvedDataset, site: ResolvedSite): NoWay | null {
  if (site.id === owner.id) return null;
  if (owner.provider === "aws") return noWayIntoAws(owner, place, site);
  if (owner.provider === "google") return noWayIntoGoogle(place, site);
  const same = site.provider === "kubernetes" && site.s3.endpoint === place.endpoint;
  if (same && site.buckets.some((bucket) => bucket.name === place.bucket)) return null;
  return { why: "the keys of its store stay at its site", fix: openIt };
}

function noWayIntoAws(owner: ResolvedAwsSite, place: ResolvedDataset["place"], site: ResolvedSite): NoWay | null {
  if (site.provider !== "aws" && site.provider !== "google")
    return {
      why: "a bucket of AWS is opened to roles in AWS, which only hubs on AWS and Google Cloud have",
      fix: openIt,
    };
  if (!place.requesterPays || site.cluster === null) return null;
  if (site.provider === "google")
    return { why: "its readers pay, and a hub on Google Cloud has no account that does", fix: payNothing };
  if (site.account === owner.account || site.readsRequesterPays) return null;
  return {
    why: "its readers pay, and that site does not",
    fix: `write readsRequesterPays: true for ${site.id}, or requesterPays: false for the bucket`,
  };
}

const openIt = "remove the site, or make the dataset and its bucket public";
const payNothing = "remove the site, or write requesterPays: false for the bucket";

function noWayIntoGoogle(place: ResolvedDataset["place"], site: ResolvedSite): NoWay | null {
  if (place.requesterPays) return { why: "its readers pay, and only hubs of its own site do", fix: payNothing };
  if (!isReader(site))
    return {
      why: "a bucket of Google Cloud is opened to accounts and to pods of clusters, which hubs there are not",
      fix: openIt,
    };
  if (tokenIssuerOf(site) !== null) return null;
  return {
    why: "Google Cloud does not know who issues tokens of its pods",
    fix: `write cluster.tokenIssuer for ${site.id} once its cluster is there, and the site here with it`,
  };
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
