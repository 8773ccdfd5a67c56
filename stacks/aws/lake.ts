import type { App } from "cdktf";
import type { ResolvedAwsSite } from "../../config/resolve/aws-site";
import { Bucket } from "../../constructs/aws/bucket";
import { LakeKey } from "../../constructs/aws/lake-key";
import { awsProvider } from "../../constructs/aws/provider";
import { expiryLifecycle } from "../../constructs/expiry";
import { type FederationProps, SiteStack } from "../site-stack";

export interface AwsLakeStackProps extends FederationProps {
  readonly site: ResolvedAwsSite;
}

/** `<site>-lake`: the site's buckets with all that is said of them. It lives for years; the guard keeps it. Buckets that exist are not in it. */
export class AwsLakeStack extends SiteStack {
  constructor(app: App, { federation, site, places }: AwsLakeStackProps) {
    super(app, { federation, site: site.id, part: "lake", places });
    awsProvider(this, { federation: federation.id, site });
    const made = site.buckets.filter((bucket) => !bucket.existing);
    const key = made.some((bucket) => bucket.ownKey)
      ? new LakeKey(this, "key", { federation: federation.id, site: site.id })
      : null;
    const { lifecycle } = { lifecycle: undefined, ...expiryLifecycle(this, site.expires) };
    for (const bucket of made)
      new Bucket(this, bucket.id, { bucket, keyArn: bucket.ownKey && key ? key.arn : null, lifecycle });
  }
}
