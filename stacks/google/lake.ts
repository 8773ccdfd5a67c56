import type { App } from "cdktf";
import type { ResolvedGoogleSite } from "../../config/resolve/google-site";
import { expiryLifecycle } from "../../constructs/expiry";
import { Bucket } from "../../constructs/google/bucket";
import { LakeKey } from "../../constructs/google/lake-key";
import { googleProvider } from "../../constructs/google/provider";
import { type FederationProps, SiteStack } from "../site-stack";

export interface GoogleLakeStackProps extends FederationProps {
  readonly site: ResolvedGoogleSite;
}

/** `<site>-lake`: the site's buckets with all that is said of them. It lives for years; the guard keeps it. Buckets that exist are not in it. */
export class GoogleLakeStack extends SiteStack {
  constructor(app: App, { federation, site, places }: GoogleLakeStackProps) {
    super(app, { federation, site: site.id, part: "lake", places });
    googleProvider(this, { federation: federation.id, site });
    const made = site.buckets.filter((bucket) => !bucket.existing);
    const key = made.some((bucket) => bucket.ownKey)
      ? new LakeKey(this, "lake-key", { federation: federation.id, site: site.id, region: site.region })
      : null;
    const { lifecycle } = { lifecycle: undefined, ...expiryLifecycle(this, site.expires) };
    for (const bucket of made)
      new Bucket(this, `bucket-${bucket.id}`, {
        bucket,
        region: site.region,
        key: bucket.ownKey ? key : null,
        lifecycle,
      });
  }
}
