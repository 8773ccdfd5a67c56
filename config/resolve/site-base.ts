import { expiryInstant } from "../schema/dates";
import type { SiteConfig } from "../schema/site";

/** The S3 region that a store without regions answers to. */
export const noRegion = "us-east-1";

/** URLs of the gateways of a federation by the site that has one. */
export type Gateways = ReadonlyMap<string, string>;

/** The gateway of another site that fronts this one; null where none does. */
export function frontOf({ servedBy }: { readonly servedBy?: string | undefined }, gateways: Gateways) {
  const url = servedBy === undefined ? undefined : gateways.get(servedBy);
  return servedBy !== undefined && url !== undefined ? { site: servedBy, url } : null;
}

/** What every site has. */
export function siteBase(site: Pick<SiteConfig, "site" | "institution" | "timezone" | "expires">) {
  const timezone = site.timezone ?? "Etc/UTC";
  return {
    id: site.site,
    institution: site.institution,
    timezone,
    expires: site.expires === undefined ? null : expiryInstant(site.expires, timezone),
  };
}
