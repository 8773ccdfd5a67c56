import { z } from "zod";
import { block, cidr, diskSize, type Refused, size, text } from "./fields";

/** What homes are, the same on every provider. */
export const aboutHomes = "A home file system. A quota stands only where it can be enforced: on the disk of `nfs`.";

/** Why a kind of homes has no quota. */
export function noQuota(reason: string): Refused {
  return {
    quota: { message: `no quota: ${reason}`, fix: "remove it, or use kind: nfs, which keeps one for each home" },
  };
}

/** A home file system of somebody else's, the same on every provider. */
export const homeExport = block(
  {
    kind: z.literal("export").describe("export: an NFS export that somebody else runs. Nothing of it is ever removed."),
    server: text(/^[A-Za-z0-9.-]+$|^[0-9a-f:]+$/, "a host name or address").describe("Its server, as nodes reach it."),
    path: text(/^(?:\/[\w.-]+)+$/, "an absolute path: /export/homes").describe(
      "Its directory; homes lie in it as <hub>.<user>, and what a hub's admins share as shared/<hub>.",
    ),
  },
  noQuota("nobody here could hold anybody to it on somebody else's server"),
);

/** A file system of users' homes that outlives the hubs that mount it. */
export const home = z
  .union([
    block({
      kind: z.literal("nfs").optional().describe("nfs (default): a server in the cluster on one disk that is kept."),
      size: diskSize.describe(
        "The disk's. It can grow; making it smaller makes a new one. Cost: the storage class's price a month.",
      ),
      quota: size.describe("Of one user's home. A full home refuses writes; others do not notice."),
      storageClass: text(/^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/, "a storage class's name")
        .optional()
        .describe(
          "Class of the disk. It makes XFS and mounts it with pquota, else no quota stands; a class that retains keeps the disk when its stack goes. Default: the site's; one of the two is written. Changing it makes a new disk.",
        ),
      nodes: z
        .array(cidr)
        .min(1)
        .optional()
        .describe(
          "Addresses from which nodes, which mount homes, reach pods (docs/kubernetes.md says how to tell); no pod has one of them. The server answers nobody else, and a node that is missing cannot mount. Default: it answers everybody, so any pod that the cluster's network lets to it reads and writes all homes. Changing it restarts the server.",
        ),
    }),
    homeExport,
  ])
  .describe(aboutHomes);
