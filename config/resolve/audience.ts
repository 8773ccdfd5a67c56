import type { Access } from "./lake";

/**
 * Whether people of a site's hubs may open the bucket of data of this access themselves, where they sign in through the federation.
 * What is for groups of people goes through a gateway, which knows the person: a hub's role does not.
 */
export function isForHubsOf(access: Access, site: string): boolean {
  if (typeof access === "string") return true;
  return access.groups === undefined && (access.sites ?? []).includes(site);
}

/** Who may read a library, by the first of its datasets: all of them have one audience. Without any, the site's own hubs. */
export function audienceOf(
  bucket: { readonly id: string },
  datasets: readonly { readonly bucket: string; readonly access: Access }[],
): Access | null {
  return datasets.find((dataset) => dataset.bucket === bucket.id)?.access ?? null;
}
