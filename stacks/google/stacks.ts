import type { App } from "cdktf";
import type { ResolvedGoogleSite } from "../../config/resolve/google-site";
import type { FederationProps, SiteStack } from "../site-stack";
import { GoogleLakeStack } from "./lake";

/** The lake of a site on Google Cloud: no stack where all of its buckets exist. */
export function googleLakeStacks(app: App, site: ResolvedGoogleSite, props: FederationProps): SiteStack[] {
  if (site.buckets.every((bucket) => bucket.existing)) return [];
  return [new GoogleLakeStack(app, { ...props, site })];
}
