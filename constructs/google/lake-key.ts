import { DataGoogleStorageProjectServiceAccount } from "@cdktf/provider-google/lib/data-google-storage-project-service-account";
import { KmsCryptoKey } from "@cdktf/provider-google/lib/kms-crypto-key";
import { KmsCryptoKeyIamMember } from "@cdktf/provider-google/lib/kms-crypto-key-iam-member";
import { KmsKeyRing } from "@cdktf/provider-google/lib/kms-key-ring";
import { ProjectService } from "@cdktf/provider-google/lib/project-service";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { lakeKeyRing } from "../../config/google-names";

export interface LakeKeyProps {
  readonly federation: string;
  readonly site: string;
  readonly region: string;
}

/** Seconds after which the key turns: 90 days, Google's own advice. Old versions keep reading what they wrote. */
const turnsAfter = "7776000s";

/** The key of a site's own that encrypts its lake (CMEK), and the right of Google Cloud Storage to use it. */
export class LakeKey extends Construct {
  /** Known only to the engine. */
  readonly id: string;
  /** What must be there before a bucket asks for the key. */
  readonly right: ITerraformDependable;

  constructor(scope: Construct, id: string, { federation, site, region }: LakeKeyProps) {
    super(scope, id);
    const service = new ProjectService(this, "service", {
      service: "cloudkms.googleapis.com",
      disableOnDestroy: false,
    });
    const name = lakeKeyRing(federation, site);
    const ring = new KmsKeyRing(this, "ring", { name, location: region, dependsOn: [service] });
    const key = new KmsCryptoKey(this, "key", { name: "lake", keyRing: ring.id, rotationPeriod: turnsAfter });
    // Asking for it makes it, where nobody has before: a right for an account that is not there is refused.
    const store = new DataGoogleStorageProjectServiceAccount(this, "store", {});
    this.right = new KmsCryptoKeyIamMember(this, "store-right", {
      cryptoKeyId: key.id,
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: store.member,
    });
    this.id = key.id;
  }
}
