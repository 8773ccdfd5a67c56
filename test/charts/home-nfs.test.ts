import { join } from "node:path";
import { expect, test } from "vitest";
import { type HomeNfsProps, homeNfsValues } from "../../charts/home-nfs";
import { clusterSite } from "../config/cluster-site";

const home = (nodes: readonly string[] | null, disk: HomeNfsProps["disk"] = { kind: "class", storageClass: "xfs" }) =>
  homeNfsValues({ pools: clusterSite().pools, sizeBytes: 2 ** 39, quotaBytes: 2 ** 34, disk, nodes });

test("a server on one disk of its class, with a quota for each home and none for what is shared", async () => {
  const values = home(["10.30.0.0/24"]);
  const golden = join(__dirname, "..", "golden", "charts", "home-nfs.json");
  await expect(`${JSON.stringify(values, null, 2)}\n`).toMatchFileSnapshot(golden);
  expect(values.persistentVolume).toEqual({ size: "512Gi", storageClass: "xfs" });
  expect(values.quotaEnforcer.config.QuotaManager).toMatchObject({ hard_quota: 16, exclude: ["shared"] });
});

test("the server answers nodes where their addresses are known; its own default list is this machine alone", () => {
  const { nfsServer } = home(["10.30.0.0/24", "10.30.7.0/28"]);
  expect(nfsServer).toMatchObject({ enableClientAllowlist: true, allowedClients: ["10.30.0.0/24", "10.30.7.0/28"] });
  expect(Object.keys(home(null).nfsServer)).toEqual(["resources"]);
});

test("a disk that is kept outside the cluster is mounted by its id; no class makes another", () => {
  const { eks, persistentVolume } = home(null, { kind: "ebs", volumeId: "vol-0123456789abcdef0" });
  expect(eks).toEqual({ enabled: true, volumeId: "vol-0123456789abcdef0" });
  expect(persistentVolume).toEqual({ size: "512Gi", storageClass: "" });
  expect(home(null)).not.toHaveProperty("eks");
});

test("a persistent disk of Google is mounted by its path", () => {
  const volumeId = "projects/p/zones/us-central1-b/disks/homes";
  const { gke, persistentVolume } = home(null, { kind: "pd", volumeId });
  expect(gke).toEqual({ enabled: true, volumeId });
  expect(persistentVolume.storageClass).toBe("");
});
