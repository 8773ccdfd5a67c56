import type { ResolvedFederation } from "../resolve/federation";
import type { ResolvedHub } from "../resolve/hub";
import type { ResolvedDataset } from "../resolve/lake";
import type { ResolvedHpcSite, ResolvedSite } from "../resolve/site";

/** Sites whose programs run on machines that are there. */
export function hpcSites(federation: ResolvedFederation): ResolvedHpcSite[] {
  return federation.sites.filter((site) => site.provider === "hpc");
}

/** Every hub with its site. */
export function allHubs(federation: ResolvedFederation): { site: ResolvedSite; hub: ResolvedHub }[] {
  return federation.sites.flatMap((site) => site.hubs.map((hub) => ({ site, hub })));
}

/** Every dataset with its site. */
export function allDatasets(federation: ResolvedFederation): { site: ResolvedSite; dataset: ResolvedDataset }[] {
  return federation.sites.flatMap((site) => site.datasets.map((dataset) => ({ site, dataset })));
}
