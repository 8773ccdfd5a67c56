import { bytesOf } from "../schema/fields";
import type { ResolvedHome } from "./cluster-site";

/** A home on a disk of a cloud, as the config has it. */
interface KeptHomeConfig {
  readonly size: string;
  readonly quota: string;
  readonly existing?: string | undefined;
  readonly snapshotDays?: "none" | number | undefined;
}

/** Days that the snapshot of each night is kept, unless told otherwise. */
const snapshotDays = 14;

/** A home file system whose disk is kept by a stack of its own, in the site's first zone; the server of it runs in the cluster. */
export function keptHome(
  id: string,
  home: KeptHomeConfig,
  disk: { readonly name: string; readonly zones?: readonly string[] | undefined },
): ResolvedHome {
  const days = home.snapshotDays ?? snapshotDays;
  return {
    id,
    kind: "nfs",
    sizeBytes: bytesOf(home.size),
    quotaBytes: bytesOf(home.quota),
    storageClass: null,
    nodes: null,
    disk: {
      name: disk.name,
      existing: home.existing ?? null,
      zone: disk.zones?.[0] ?? "",
      snapshotDays: days === "none" ? null : days,
      madeOnly: home.snapshotDays === undefined ? [] : ["snapshotDays"],
    },
  };
}
