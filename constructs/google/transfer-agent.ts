import { DataGoogleStorageTransferProjectServiceAccount } from "@cdktf/provider-google/lib/data-google-storage-transfer-project-service-account";
import { Construct } from "constructs";
import { services } from "./services";
import { TransferRights, type TransferUse } from "./transfer-rights";

export interface TransferAgentProps {
  /** Buckets of the stack that the project's jobs read or write. */
  readonly buckets: readonly {
    readonly id: string;
    /** Known only to the engine. */
    readonly name: string;
    readonly uses: readonly TransferUse[];
  }[];
}

/**
 * Google's account of the project for jobs of Storage Transfer, with rights on buckets of the project. It outlives the jobs: other projects
 * give rights to accounts that are there, and asking for it makes it.
 */
export class TransferAgent extends Construct {
  constructor(scope: Construct, id: string, { buckets }: TransferAgentProps) {
    super(scope, id);
    const ready = services(this, ["storagetransfer"]);
    const agent = new DataGoogleStorageTransferProjectServiceAccount(this, "agent", {
      dependsOn: ready("storagetransfer"),
    });
    for (const bucket of buckets)
      new TransferRights(this, `bucket-${bucket.id}`, {
        bucket: bucket.name,
        member: agent.member,
        uses: bucket.uses,
      });
  }
}
