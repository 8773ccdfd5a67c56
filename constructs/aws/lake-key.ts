import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { Construct } from "constructs";
import { lakeKeyAlias } from "../../config/names";

export interface LakeKeyProps {
  readonly federation: string;
  readonly site: string;
}

/** One key for all of a site's lake that is not public. What is encrypted with it cannot be read once it is gone, so it waits a month. */
export class LakeKey extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { federation, site }: LakeKeyProps) {
    super(scope, id);
    const key = new KmsKey(this, "key", {
      description: `Lake of ${site} in ${federation}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: { Name: `${federation}-${site}-lake` },
    });
    new KmsAlias(this, "alias", { name: lakeKeyAlias(federation, site), targetKeyId: key.keyId });
    this.arn = key.arn;
  }
}
