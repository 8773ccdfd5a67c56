import { IamWorkloadIdentityPool } from "@cdktf/provider-google/lib/iam-workload-identity-pool";
import { IamWorkloadIdentityPoolProvider } from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { readerPoolId, readerProviderId } from "../../config/google-names";
import { userServiceAccount } from "../../config/names";

export interface ReaderPoolProps {
  readonly federation: string;
  readonly site: string;
  /** Sites whose hubs are known in it, and who issues tokens of their pods. */
  readonly readers: readonly { readonly id: string; readonly issuer: string }[];
  readonly dependsOn: ITerraformDependable[];
}

/**
 * Where hubs outside Google Cloud are somebody to it: a pool of identities, and for each site the issuer of its pods' tokens. Being
 * known is no right: those are on buckets.
 */
export class ReaderPool extends Construct {
  /** What must be there before a right names somebody of the pool. */
  readonly resource: ITerraformDependable;

  constructor(scope: Construct, id: string, { federation, site, readers, dependsOn }: ReaderPoolProps) {
    super(scope, id);
    const pool = new IamWorkloadIdentityPool(this, "pool", {
      workloadIdentityPoolId: readerPoolId(federation, site),
      displayName: `Readers of ${federation}`.slice(0, 32),
      description: `Hubs of the federation that are not on Google Cloud, as ${site} knows them`,
      dependsOn,
    });
    this.resource = pool;
    for (const { id: reader, issuer } of readers)
      new IamWorkloadIdentityPoolProvider(this, reader, {
        workloadIdentityPoolId: pool.workloadIdentityPoolId,
        workloadIdentityPoolProviderId: readerProviderId(reader),
        displayName: reader,
        description: `Users' pods of ${reader}`,
        // Two clusters may call pods alike, so the site's name goes before it.
        attributeMapping: { "google.subject": `"${reader}:" + assertion.sub` },
        attributeCondition: `assertion.sub.endsWith(":${userServiceAccount}")`,
        oidc: { issuerUri: issuer },
      });
  }
}
