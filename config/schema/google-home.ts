import { z } from "zod";
import { block, cidr, count, diskSize, none, size, text } from "./fields";
import { aboutHomes, homeExport, noQuota } from "./homes";

const homeDisk = block({
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
});

const homeFilestore = block(
  {
    kind: z
      .literal("filestore")
      .describe(
        "filestore: a file system of Google, with no server of ours. Its size is paid for whether it is used or not, and there is no quota.",
      ),
    tier: z
      .enum(["basic", "zonal", "regional"])
      .optional()
      .describe(
        "basic: HDDs in the site's first zone, from 1Ti, 0.16 USD a GiB and month, NFS 3, no backups by the day; zonal: SSDs there, from 1Ti by 256Gi, 0.25 USD; regional: SSDs in several zones of the region, from 100Gi (from 1Ti by 256Gi in projects that Google has not let into small ones), 0.45 USD; prices of us-central1. Google protects no basic one from its removal: what asks before is `isthmus` alone. Changing it makes a new one. Default zonal.",
      ),
    size: diskSize
      .optional()
      .describe(
        "Its size, one of its tier's. It can grow; zonal and regional also shrink to what files leave; none grows over 10 TiB from below, or goes below it: make another one then. Default 1Ti.",
      ),
    nodes: z
      .array(cidr)
      .min(1)
      .max(64)
      .optional()
      .describe(
        "Addresses of nodes, which mount homes: it answers nobody else. Default: the nodes of a network that is made; in one that exists, whoever is in it.",
      ),
    existing: text(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/, "an instance's name")
      .optional()
      .describe(
        "One that is there, of the project, in the region where `tier` is regional and in the site's first zone otherwise, reached from the cluster's network: nothing of it is changed. Default: made.",
      ),
    backups: none
      .optional()
      .describe(
        "`none`: no backups. Default: one a day by Backup and DR, kept for 35 days at 0.045 USD a GiB and month beside that service's fee.",
      ),
    protect: none
      .optional()
      .describe(
        "`none`: Google lets it be removed. Default: it refuses, whoever asks, until `none` has been brought up. Not of a basic one.",
      ),
  },
  {
    ...noQuota("Filestore keeps none, so one user could fill it for all"),
    snapshotDays: {
      message: "Filestore takes no snapshots by itself, Backup and DR keeps 35 days",
      fix: "remove it, or write backups: none",
    },
  },
);

/** A home file system on Google Cloud. */
export const googleHome = z.union([homeDisk, homeFilestore, homeExport]).describe(aboutHomes);
