import type { ResolvedAwsClusterSite, ResolvedAwsSite } from "../resolve/aws-site";
import type { ResolvedClusterHub } from "../resolve/cluster-hub";
import type { ResolvedClusterSite } from "../resolve/cluster-site";
import type { ResolvedFederation } from "../resolve/federation";
import type { ResolvedGoogleClusterSite, ResolvedGoogleSite } from "../resolve/google-site";
import type { ResolvedHub } from "../resolve/hub";
import type { ResolvedKubernetesSite } from "../resolve/kubernetes-site";
import type { ResolvedDataset } from "../resolve/lake";
import { type ResolvedHpcSite, type ResolvedSite, standsOnCluster } from "../resolve/site";

/** Sites on AWS. */
export function awsSites(federation: ResolvedFederation): ResolvedAwsSite[] {
  return federation.sites.filter((site) => site.provider === "aws");
}

/** Sites on clouds whose buckets are made: what is said of a bucket means the same on each. */
export function cloudLakes(federation: ResolvedFederation): (ResolvedAwsSite | ResolvedGoogleSite)[] {
  return federation.sites.filter((site) => site.provider === "aws" || site.provider === "google");
}

/** Sites on AWS with a cluster. */
export function awsClusters(federation: ResolvedFederation): ResolvedAwsClusterSite[] {
  return awsSites(federation).filter((site): site is ResolvedAwsClusterSite => site.cluster !== null);
}

/** Sites on Google Cloud with a cluster. */
export function googleClusters(federation: ResolvedFederation): ResolvedGoogleClusterSite[] {
  return federation.sites.flatMap((site) => (site.provider === "google" && site.cluster !== null ? [site] : []));
}

/** Sites whose programs run on machines that are there. */
export function hpcSites(federation: ResolvedFederation): ResolvedHpcSite[] {
  return federation.sites.filter((site) => site.provider === "hpc");
}

/** The machine that an HPC site is on; empty for the one you sit at. One that files are carried to is known by its site alone. */
export function machineOf({ id, login }: ResolvedHpcSite): string {
  if (login === "here") return "";
  return login.kind === "bundle" ? `the machine of ${id}` : login.host;
}

/** Sites on a Kubernetes cluster that exists. */
export function kubernetesSites(federation: ResolvedFederation): ResolvedKubernetesSite[] {
  return federation.sites.filter((site) => site.provider === "kubernetes");
}

/** Sites that stand on a Kubernetes cluster, whoever makes it. */
export function clusterSites(federation: ResolvedFederation): ResolvedClusterSite[] {
  return federation.sites.filter(standsOnCluster);
}

/** Every hub on Kubernetes with its site. */
export function clusterHubs(federation: ResolvedFederation): { site: ResolvedClusterSite; hub: ResolvedClusterHub }[] {
  return clusterSites(federation).flatMap((site) => site.hubs.map((hub) => ({ site, hub })));
}

/** Every hub with its site. */
export function allHubs(federation: ResolvedFederation): { site: ResolvedSite; hub: ResolvedHub }[] {
  return federation.sites.flatMap((site) => site.hubs.map((hub) => ({ site, hub })));
}

/** Every dataset with its site. */
export function allDatasets(federation: ResolvedFederation): { site: ResolvedSite; dataset: ResolvedDataset }[] {
  return federation.sites.flatMap((site) => site.datasets.map((dataset) => ({ site, dataset })));
}
