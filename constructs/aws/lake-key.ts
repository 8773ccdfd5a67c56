import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { Construct } from "constructs";
import { lakeKeyAlias } from "../../config/aws-names";
import type { HubRole } from "../../config/resolve/grants";
import { byAccounts, type ResourceStatement, s3For } from "./bucket-policy";
import { forBuckets } from "./key-rights";

/** Who of other accounts reads a bucket that the key encrypts. */
export interface KeyReaders {
  readonly bucket: string;
  readonly readers: readonly HubRole[];
}

export interface LakeKeyProps {
  readonly federation: string;
  readonly site: string;
  readonly account: string;
  readonly region: string;
  readonly readers: readonly KeyReaders[];
  /** Buckets whose lists S3 writes into one that the key encrypts. */
  readonly listed: readonly string[];
}

/** One key for all of a site's lake that is not public. What is encrypted with it cannot be read once it is gone, so it waits a month. */
export class LakeKey extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: LakeKeyProps) {
    super(scope, id);
    const { federation, site } = props;
    const key = new KmsKey(this, "key", {
      description: `Lake of ${site} in ${federation}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: { Name: `${federation}-${site}-lake` },
      // Always said: a policy that leaves the config would stay as it was.
      policy: JSON.stringify({ Version: "2012-10-17", Statement: keyPolicy(props) }),
    });
    new KmsAlias(this, "alias", { name: lakeKeyAlias(federation, site), targetKeyId: key.keyId });
    this.arn = key.arn;
  }
}

/** The account's own roles have what their policies say; those of others read what their buckets say. */
export function keyPolicy({
  account,
  region,
  readers,
  listed,
}: Pick<LakeKeyProps, "account" | "region" | "readers" | "listed">): ResourceStatement[] {
  return [
    {
      Sid: "ByRolesOfTheAccount",
      Effect: "Allow",
      Principal: { AWS: [`arn:aws:iam::${account}:root`] },
      Action: "kms:*",
      Resource: "*",
    },
    ...readers
      .filter((one) => one.readers.length > 0)
      .map((one, i): ResourceStatement => {
        const { Principal, Condition } = byAccounts(one.readers);
        return {
          Sid: `ReadByHubsOfOtherSites${i}`,
          Effect: "Allow",
          Principal,
          Action: ["kms:Decrypt"],
          Resource: "*",
          Condition: { ...forBuckets(region, [one.bucket]), ...Condition },
        };
      }),
    ...(listed.length > 0
      ? [
          {
            ...{ Sid: "WriteLists", Effect: "Allow" as const, Action: "kms:GenerateDataKey", Resource: "*" },
            ...s3For(listed, account),
          },
        ]
      : []),
  ];
}
