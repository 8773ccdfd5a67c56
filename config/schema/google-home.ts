import { z } from "zod";
import { block, count, diskSize, none, size, text } from "./fields";
import { aboutHomes } from "./homes";

/** A home file system on Google Cloud. */
export const googleHome = block({
  kind: z
    .literal("nfs")
    .optional()
    .describe("nfs (default): one disk that is kept, which a server in the cluster mounts."),
  size: diskSize.describe("The disk's (pd-balanced, 0.10 USD a GiB and month). It can grow, never shrink."),
  quota: size.describe("Of one user's home. A full home refuses writes; others do not notice."),
  existing: text(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/, "a disk's name")
    .optional()
    .describe(
      "A disk that is there, with XFS or empty, in the site's first zone: nothing of it is ever removed. Default: made.",
    ),
  snapshotDays: z
    .union([none, count(1, 365)])
    .optional()
    .describe("Days that the snapshot of each night is kept (0.05 USD a GiB and month of what changed). Default 14."),
}).describe(aboutHomes);
