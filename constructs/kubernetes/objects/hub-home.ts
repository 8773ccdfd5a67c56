import type { HomeMount } from "../platform";
import type { KubeObject } from "./object";

/**
 * The claim by which a hub's pods mount the home file system, all of it: they see `<hub>.<user's prefix>` of it by `subPath`, which the
 * node makes when it is not there.
 */
export const homeClaim = "home";

/** Room is what the file system has, whatever a volume claims. */
const nominal = "1Gi";

/** The volume is bound by name and never given to anybody else; what is in it outlives it. */
export function homeVolume(namespace: string, mount: HomeMount): KubeObject[] {
  const name = `${namespace}-home`;
  const shared = { accessModes: ["ReadWriteMany"], storageClassName: "" };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        ...shared,
        capacity: { storage: nominal },
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: homeClaim },
        ...sourceOf(mount),
      },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: homeClaim, namespace },
      spec: { ...shared, volumeName: name, resources: { requests: { storage: nominal } } },
    },
  ];
}

function sourceOf(mount: HomeMount) {
  // The driver mounts over TLS, with options of its own.
  if (mount.kind === "csi") return { csi: { driver: mount.driver, volumeHandle: mount.volumeHandle } };
  const { server, path, version = "4.1" } = mount;
  const spoken = version === "any" ? [] : [`nfsvers=${version}`];
  // Writing the time of each read would double the requests; a hard mount waits for a server that restarts.
  return { mountOptions: [...spoken, "noatime", "hard"], nfs: { server, path } };
}
