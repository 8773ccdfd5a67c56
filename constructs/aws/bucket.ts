import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { S3BucketCorsConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-cors-configuration";
import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block";
import { S3BucketRequestPaymentConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-request-payment-configuration";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning";
import type { TerraformResourceLifecycle } from "cdktf";
import { Construct } from "constructs";
import type { ResolvedAwsBucket } from "../../config/resolve/aws-site";
import type { HubRole } from "../../config/resolve/grants";
import { type ListedBucket, lifecycleRules } from "./bucket-lifecycle";
import { type BucketAudience, bucketPolicy, type Copier } from "./bucket-policy";

export interface BucketProps {
  readonly bucket: ResolvedAwsBucket;
  /** The key that encrypts it; null: S3's own. May be known only to the engine. */
  readonly keyArn: string | null;
  /** Roles of other accounts that read it. */
  readonly readers: readonly HubRole[];
  /** Roles of other accounts by which S3 copies into it. */
  readonly copiers: readonly Copier[];
  /** Buckets whose lists lie in it. */
  readonly listed: readonly ListedBucket[];
  readonly account: string;
  readonly lifecycle: TerraformResourceLifecycle | undefined;
}

/** A bucket with all that is said of it. */
export class Bucket extends Construct {
  readonly name: string;
  readonly resource: S3Bucket;
  readonly policy: S3BucketPolicy;

  constructor(scope: Construct, id: string, { bucket, keyArn, listed, lifecycle, ...audience }: BucketProps) {
    super(scope, id);
    this.name = bucket.name;
    this.resource = new S3Bucket(this, "bucket", {
      bucket: bucket.name,
      // The engine empties what expires anyway, and fails on anything else that holds an object.
      forceDestroy: bucket.purpose === "scratch",
      tags: { bucket: bucket.id, purpose: bucket.purpose },
      ...(lifecycle ? { lifecycle } : {}),
    });
    const at = { bucket: this.resource.bucket };
    this.policy = this.closeToOthers(at, { ...bucket, ...audience, listed: listed.map(({ name }) => name) });
    new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      ...at,
      rule: [
        {
          applyServerSideEncryptionByDefault:
            keyArn === null ? { sseAlgorithm: "AES256" } : { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
          // One request to the key service for many objects.
          ...(keyArn === null ? {} : { bucketKeyEnabled: true }),
        },
      ],
    });
    // Taking it away again suspends versions, and the lifecycle clears those that are there.
    const versions =
      bucket.keepVersionsDays === null
        ? []
        : [new S3BucketVersioningA(this, "versioning", { ...at, versioningConfiguration: { status: "Enabled" } })];
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      ...at,
      rule: lifecycleRules(bucket, listed),
      dependsOn: versions,
    });
    if (bucket.public) this.openToPages(at);
    if (bucket.requesterPays) new S3BucketRequestPaymentConfiguration(this, "payment", { ...at, payer: "Requester" });
  }

  /** No lists of rights on objects, no public policy but where the bucket is public, TLS only. */
  private closeToOthers(at: { readonly bucket: string }, audience: BucketAudience): S3BucketPolicy {
    new S3BucketOwnershipControls(this, "ownership", { ...at, rule: { objectOwnership: "BucketOwnerEnforced" } });
    const block = new S3BucketPublicAccessBlock(this, "public-access", {
      ...at,
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: !audience.public,
      restrictPublicBuckets: !audience.public,
    });
    const policy = JSON.stringify(bucketPolicy(audience));
    return new S3BucketPolicy(this, "policy", { ...at, policy, dependsOn: [block] });
  }

  /** Web pages of anybody read what anybody reads; ranges and lengths are of use only where they see the headers. */
  private openToPages(at: { readonly bucket: string }): void {
    new S3BucketCorsConfiguration(this, "cors", {
      ...at,
      corsRule: [
        {
          allowedMethods: ["GET", "HEAD"],
          allowedOrigins: ["*"],
          allowedHeaders: ["*"],
          exposeHeaders: ["Accept-Ranges", "Content-Length", "Content-Range", "ETag", "Last-Modified"],
          maxAgeSeconds: 86_400,
        },
      ],
    });
  }
}
