import {
  S3BucketReplicationConfigurationA,
  type S3BucketReplicationConfigurationRule,
} from "@cdktf/provider-aws/lib/s3-bucket-replication-configuration";
import { Construct } from "constructs";
import { mirrorsRoleName } from "../../config/aws-names";
import type { ResolvedAwsSite } from "../../config/resolve/aws-site";
import type { Mirror } from "../../config/resolve/mirrors";
import { mirrorRights } from "./mirror-rights";
import { Role } from "./role";
import { bucketArn } from "./statement";
import { ofService } from "./trust";

export interface MirrorsProps {
  readonly federation: string;
  readonly site: ResolvedAwsSite;
  /** Of the site's datasets. */
  readonly mirrors: readonly Mirror[];
}

/** Copies of a site's datasets at others: S3 makes them by a role of its own, which reads and writes nothing else. */
export class Mirrors extends Construct {
  constructor(scope: Construct, id: string, { federation, site, mirrors }: MirrorsProps) {
    super(scope, id);
    const role = new Role(this, "role", {
      name: mirrorsRoleName(federation, site.id),
      description: `S3 copies datasets of ${site.id} in ${federation} to other sites`,
      trust: ofService("s3", site.account),
      statements: mirrorRights(mirrors),
    });
    for (const bucket of site.buckets) {
      const rules = mirrors.filter(({ from }) => from.bucket.id === bucket.id).map(ruleOf);
      // A bucket has one configuration of all its copies.
      if (rules.length > 0)
        new S3BucketReplicationConfigurationA(this, `of-${bucket.id}`, {
          bucket: bucket.name,
          role: role.arn,
          rule: rules,
          dependsOn: role.rights,
        });
    }
  }
}

function ruleOf({ dataset, from, to, prefix }: Mirror, i: number): S3BucketReplicationConfigurationRule {
  const abroad = from.site.account !== to.site.account;
  return {
    id: `${dataset.id}-at-${to.site.id}`,
    priority: i,
    status: "Enabled",
    filter: { prefix },
    // What a publisher deletes is deleted in copies too: old chunks beside new metadata would be read as data.
    deleteMarkerReplication: { status: "Enabled" },
    destination: {
      bucket: bucketArn(to.bucket.name),
      ...(abroad ? { account: to.site.account, accessControlTranslation: { owner: "Destination" } } : {}),
    },
  };
}
