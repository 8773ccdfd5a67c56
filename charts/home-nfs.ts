import { sharedFolders } from "../config/names";
import type { ResolvedPool } from "../config/resolve/pools";
import { corePool, placeOf } from "./place";

export interface HomeNfsProps {
  readonly pools: readonly ResolvedPool[];
  /** Bytes of the disk, and of one user's home. */
  readonly sizeBytes: number;
  readonly quotaBytes: number;
  /**
   * Of a class that makes XFS, mounted with `pquota`; or a disk of EBS by its id, or a persistent disk of Google by its path. Both may be
   * known only to the engine.
   */
  readonly disk:
    | { readonly kind: "class"; readonly storageClass: string }
    | { readonly kind: "ebs" | "pd"; readonly volumeId: string };
  /** Addresses (CIDR) from which nodes reach pods: the server answers no others; null: anybody. */
  readonly nodes: readonly string[] | null;
}

const GI = 2 ** 30;

/** The directory with the homes, as the server exports it. */
export const homesPath = "/homes";

/** Values of the `jupyterhub-home-nfs` chart: a server on one disk that keeps a quota for each home, its objects named `home-nfs`. */
export function homeNfsValues({ pools, sizeBytes, quotaBytes, disk, nodes }: HomeNfsProps) {
  return {
    fullnameOverride: "",
    nfsServer: {
      resources: { requests: { cpu: "200m", memory: "512Mi" }, limits: { memory: "4Gi" } },
      ...(nodes ? { enableClientAllowlist: true, allowedClients: nodes } : {}),
    },
    quotaEnforcer: {
      config: {
        QuotaManager: {
          // Made for user 1000, which all clients are to the server: nodes make the homes in it. What names hubs here would restart
          // the server of all with each hub.
          paths: [`/export${homesPath}`],
          hard_quota: quotaBytes / GI,
          exclude: [sharedFolders],
        },
      },
    },
    persistentVolume: {
      size: `${Math.floor(sizeBytes / GI)}Gi`,
      storageClass: disk.kind === "class" ? disk.storageClass : "",
    },
    ...(disk.kind === "ebs" ? { eks: { enabled: true, volumeId: disk.volumeId } } : {}),
    ...(disk.kind === "pd" ? { gke: { enabled: true, volumeId: disk.volumeId } } : {}),
    ...placeOf(corePool(pools)),
  };
}
