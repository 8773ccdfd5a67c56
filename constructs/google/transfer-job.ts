import { StorageTransferJob } from "@cdktf/provider-google/lib/storage-transfer-job";
import type { Construct } from "constructs";
import type { TransferredCopy } from "../../config/resolve/mirrors";

export interface TransferJobProps {
  readonly federation: string;
  readonly copy: TransferredCopy;
}

/** A day that is past, whenever a job is made: its first run is then at once or on the next day, without a time of day by Google's choice. */
const begun = { year: 2026, month: 1, day: 1 } as const;

/**
 * Has Google copy a dataset, again and again: what is new or differs, and what the original has no more goes, since old chunks beside new
 * metadata would be read as data. Its name is Google's choice: a name that was used is not free for a month.
 */
export function transferJob(scope: Construct, id: string, { federation, copy }: TransferJobProps): StorageTransferJob {
  const { dataset, from, to, prefix, everySeconds } = copy;
  const path = prefix.endsWith("/") ? { path: prefix } : {};
  return new StorageTransferJob(scope, id, {
    description: `${dataset.id} of ${from.site.id} at ${to.site.id}, in ${federation}`,
    project: to.site.project,
    transferSpec: {
      gcsDataSource: { bucketName: from.bucket.name, ...path },
      gcsDataSink: { bucketName: to.bucket.name, ...path },
      // What it says holds for both buckets, so that nothing else of the copy's is deleted.
      ...("path" in path ? {} : { objectConditions: { includePrefixes: [prefix] } }),
      transferOptions: { overwriteWhen: "DIFFERENT", deleteObjectsUniqueInSink: true },
    },
    schedule: { scheduleStartDate: begun, repeatInterval: `${everySeconds}s` },
  });
}
