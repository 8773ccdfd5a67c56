import type { App } from "cdktf";
import { mirrorsRoleName } from "../../config/aws-names";
import type { ResolvedAwsBucket, ResolvedAwsSite } from "../../config/resolve/aws-site";
import { rolesReading } from "../../config/resolve/grants";
import { mirrorsOf } from "../../config/resolve/mirrors";
import { Bucket } from "../../constructs/aws/bucket";
import { bucketInventory } from "../../constructs/aws/bucket-inventory";
import type { ListedBucket } from "../../constructs/aws/bucket-lifecycle";
import { LakeKey } from "../../constructs/aws/lake-key";
import { awsProvider } from "../../constructs/aws/provider";
import { constructId } from "../../constructs/construct-id";
import { expiryLifecycle } from "../../constructs/expiry";
import { type FederationProps, SiteStack } from "../site-stack";

export interface AwsLakeStackProps extends FederationProps {
  readonly site: ResolvedAwsSite;
}

/** Ids of what else the stack may hold. */
const taken = /^(?:aws|backend|expires|key)$/;

/**
 * `<site>-lake`: the site's buckets with all that is said of them, who of other accounts reads them or copies into them too, since S3
 * knows one policy a bucket. It lives for years; the guard keeps it. Buckets that exist are not in it.
 */
export class AwsLakeStack extends SiteStack {
  constructor(app: App, { federation, site, places }: AwsLakeStackProps) {
    super(app, { federation, site: site.id, part: "lake", places });
    awsProvider(this, { federation: federation.id, site });
    /** Roles of the bucket's own account need no word of the bucket. */
    const readersOf = (bucket: ResolvedAwsBucket) =>
      rolesReading(federation, site, bucket).filter(({ account }) => account !== site.account);
    const copiersOf = ({ id }: ResolvedAwsBucket) =>
      mirrorsOf(federation)
        .filter(({ from, to }) => to.site.id === site.id && to.bucket.id === id && from.site.account !== site.account)
        .map(({ from, prefix }) => {
          const role = { account: from.site.account, name: mirrorsRoleName(federation.id, from.site.id) };
          return { role, prefix };
        });
    const made = site.buckets.filter((bucket) => !bucket.existing);
    const listed = made.flatMap((bucket): ListedBucket[] =>
      bucket.inventory ? [{ ...bucket, inventory: bucket.inventory }] : [],
    );
    const listedInto = (id: string) => listed.filter(({ inventory }) => inventory.into === id);
    const keyed = made.filter((bucket) => bucket.ownKey);
    const key =
      keyed.length > 0
        ? new LakeKey(this, "key", {
            federation: federation.id,
            site: site.id,
            account: site.account,
            region: site.region,
            readers: keyed.map((bucket) => ({ bucket: bucket.name, readers: readersOf(bucket) })),
            listed: keyed.flatMap(({ id }) => listedInto(id)).map(({ name }) => name),
          })
        : null;
    const { lifecycle } = { lifecycle: undefined, ...expiryLifecycle(this, site.expires) };
    const buckets = new Map(
      made.map((bucket) => [
        bucket.id,
        new Bucket(this, constructId(bucket.id, taken), {
          bucket,
          keyArn: bucket.ownKey && key ? key.arn : null,
          readers: readersOf(bucket),
          copiers: copiersOf(bucket),
          listed: listedInto(bucket.id),
          account: site.account,
          lifecycle,
        }),
      ]),
    );
    for (const bucket of made) {
      const { inventory } = bucket;
      const [of, into] = [buckets.get(bucket.id), buckets.get(inventory?.into ?? "")];
      if (inventory && of && into) bucketInventory(of, { bucket, inventory, into, account: site.account });
    }
  }
}
