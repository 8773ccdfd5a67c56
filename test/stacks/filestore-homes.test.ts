import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readManifest } from "../../bin/engine/graph";
import { readableStack } from "./readable";
import { repository, synth } from "./synth-demo";
import { type Change, changed, copyOfExample, resourcesOf, stacksOfExample } from "./synth-example";

const disk = "main: { quota: 30Gi, size: 500Gi }";

let folder: string;
let zonal: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-filestore-"));
  zonal = stacksOf("main: { kind: filestore, size: 1280Gi }");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The example on Google Cloud with other homes, and perhaps with other changes. */
function stacksOf(homes: string, ...changes: readonly Change[]): Map<string, string> {
  return stacksOfExample(folder, "google", "plains", [[disk, homes], ...changes]);
}

/** The same in a network that somebody else looks after. */
function elsewhere(homes: string): Map<string, string> {
  const old = "main: { quota: 50Gi, size: 1Ti, snapshotDays: 30 }";
  return stacksOfExample(folder, "google", "steppe", [[old, homes]]);
}

/** What the engine puts in, as a stack spells it. */
const reference = (text: string) => `$\{${text}}`;

const values = (stacks: ReadonlyMap<string, string>, stack: string, type: string) =>
  Object.values(resourcesOf(stacks, stack, type));
const only = (stacks: ReadonlyMap<string, string>, stack: string, type: string) => {
  const [one, ...others] = values(stacks, stack, type);
  expect(others).toEqual([]);
  return one;
};
const instance = (stacks: ReadonlyMap<string, string>, site = "plains") =>
  only(stacks, `${site}-homes`, "google_filestore_instance");

/** The volume that a hub's homes come from. */
function volumeOf(stacks: ReadonlyMap<string, string>, stack: string, release: string) {
  const objects = values(stacks, stack, "helm_release").find(({ name }) => name === release);
  const made = JSON.parse(`${objects?.values ?? []}`) as { objects: { kind: string; spec: object }[] };
  return made.objects.find(({ kind }) => kind === "PersistentVolume")?.spec;
}

test("the stack of homes as reviewed", async () => {
  const golden = join(repository, "test/golden/filestore/plains-homes.json");
  await expect(readableStack(zonal.get("plains-homes") ?? "")).toMatchFileSnapshot(golden);
});

test("it is of its tier and size, in the site's zone and the cluster's network, and Google keeps it", () => {
  expect(instance(zonal)).toMatchObject({
    name: "pangeo-plains-homes-main",
    location: "us-central1-b",
    tier: "ZONAL",
    protocol: "NFS_V4_1",
    file_shares: { name: "homes", capacity_gb: 1280 },
    networks: [{ network: "pangeo-plains", modes: ["MODE_IPV4"], connect_mode: "DIRECT_PEERING" }],
    deletion_protection_enabled: true,
    labels: { purpose: "homes" },
  });
  expect(only(zonal, "plains-cluster", "google_compute_network")?.name).toBe("pangeo-plains");
  expect(values(zonal, "plains-homes", "google_compute_disk")).toEqual([]);
  expect(JSON.parse(zonal.get("plains-homes") ?? "{}")).not.toHaveProperty("data");
});

test("nodes mount it as root, who makes homes there, and nobody else does", () => {
  const nodes = only(zonal, "plains-cluster", "google_compute_subnetwork")?.ip_cidr_range;
  expect(nodes).toBe("10.8.0.0/20");
  expect(instance(zonal)?.file_shares).toMatchObject({
    nfs_export_options: [{ ip_ranges: [nodes], access_mode: "READ_WRITE", squash_mode: "NO_ROOT_SQUASH" }],
  });
  const told = stacksOf("main: { kind: filestore, nodes: [10.9.0.0/24, 10.9.1.0/24] }");
  expect(instance(told)?.file_shares).toMatchObject({
    nfs_export_options: [{ ip_ranges: ["10.9.0.0/24", "10.9.1.0/24"] }],
  });
});

test("a backup each night of the site's clock, in a vault of the project, unless told otherwise", () => {
  const vault = only(zonal, "plains-backups", "google_backup_dr_backup_vault");
  expect(vault).toMatchObject({ backup_vault_id: "pangeo-plains-homes", access_restriction: "WITHIN_PROJECT" });
  expect(only(zonal, "plains-backups", "google_backup_dr_backup_plan")).toMatchObject({
    resource_type: "file.googleapis.com/Instance",
    backup_rules: [
      { backup_retention_days: 35, standard_schedule: { recurrence_type: "DAILY", time_zone: "America/Chicago" } },
    ],
  });
  const [address] = Object.keys(resourcesOf(zonal, "plains-homes", "google_filestore_instance"));
  expect(only(zonal, "plains-homes", "google_backup_dr_backup_plan_association")).toMatchObject({
    backup_plan_association_id: "pangeo-plains-homes-main",
    resource: reference(`google_filestore_instance.${address}.id`),
    location: "us-central1",
    backup_plan: "projects/plains-pangeo/locations/us-central1/backupPlans/pangeo-plains-homes",
  });
  const without = stacksOf("main: { kind: filestore, tier: basic, backups: none }");
  expect(without.get("plains-homes")).not.toContain("backup");
  expect(without.has("plains-backups")).toBe(false);
  expect(instance(without)).toMatchObject({
    tier: "BASIC_HDD",
    file_shares: { capacity_gb: 1024 },
  });
  expect(instance(without)).not.toHaveProperty("deletion_protection_enabled"); // Google refuses to be told so of a basic one
  expect(instance(without)).not.toHaveProperty("protocol");
  expect(volumeOf(without, "plains-prod", "prod-objects")).toMatchObject({
    mountOptions: ["nfsvers=3", "noatime", "hard"],
  });
});

test("a hub's homes come from its address, as from any server of NFS, and no server of ours runs", () => {
  const found = "data.google_filestore_instance.main-filestore";
  expect(volumeOf(zonal, "plains-prod", "prod-objects")).toMatchObject({
    mountOptions: ["nfsvers=4.1", "noatime", "hard"],
    nfs: {
      server: reference(`element(${found}.networks[0].ip_addresses, 0)`),
      path: `/${reference(`${found}.file_shares[0].name`)}`,
    },
    persistentVolumeReclaimPolicy: "Retain",
  });
  expect(JSON.parse(zonal.get("plains-prod") ?? "{}").data.google_filestore_instance).toMatchObject({
    "main-filestore": { name: "pangeo-plains-homes-main", location: "us-central1-b" },
  });
  expect(zonal.get("plains-services")).not.toContain("jupyterhub-home-nfs");
});

test("in a network of others it is in the whole region, by a way that they made, and no address is held to be nodes'", () => {
  const theirs = elsewhere("main: { kind: filestore, tier: regional, size: 100Gi }");
  expect(instance(theirs, "steppe")).toMatchObject({
    location: "europe-west4",
    tier: "REGIONAL",
    file_shares: { capacity_gb: 100 },
    networks: [{ network: "projects/steppe-net/global/networks/shared", connect_mode: "PRIVATE_SERVICE_ACCESS" }],
  });
  expect(instance(theirs, "steppe")?.file_shares).not.toHaveProperty("nfs_export_options");
});

test("one that exists is changed in nothing, and says itself how it is mounted", () => {
  const theirs = elsewhere("main: { kind: filestore, tier: regional, existing: their-homes }");
  expect(theirs.has("steppe-homes")).toBe(false);
  expect(JSON.parse(theirs.get("steppe-prod") ?? "{}").data.google_filestore_instance).toMatchObject({
    "main-filestore": { name: "their-homes", location: "europe-west4" },
  });
  expect(volumeOf(theirs, "steppe-prod", "prod-objects")).toMatchObject({ mountOptions: ["noatime", "hard"] });
});

test("it waits for the network that it is in, where the cluster's stack makes that, and nothing else does", () => {
  const own = copyOfExample(folder, "google");
  for (const [site, old] of [
    ["plains", disk],
    ["steppe", "main: { quota: 50Gi, size: 1Ti, snapshotDays: 30 }"],
  ] as const) {
    const path = join(own, "sites", `${site}.yaml`);
    writeFileSync(path, readFileSync(path, "utf8").replace(old, "main: { kind: filestore }"));
  }
  const needed = new Map(readManifest(synth(own)).map(({ name, dependencies }) => [name, dependencies]));
  expect(needed.get("plains-homes")).toEqual(["plains-cluster", "plains-backups"]);
  // It may not be able to go for weeks: what it stood on would wait for that.
  expect(needed.get("plains-backups")).toEqual([]);
  expect(needed.get("plains-services")).toContain("plains-homes");
  expect(needed.get("steppe-homes")).toEqual(["steppe-backups"]);
  const before = readManifest(synth(copyOfExample(folder, "google")));
  expect(before.find(({ name }) => name === "plains-homes")?.dependencies).toEqual([]);
});

test("an export of somebody else's is mounted from where it is said to be", () => {
  const theirs = stacksOf("main: { kind: export, server: nfs.plains.example, path: /export/homes }");
  expect(theirs.has("plains-homes")).toBe(false);
  expect(volumeOf(theirs, "plains-prod", "prod-objects")).toMatchObject({
    nfs: { server: "nfs.plains.example", path: "/export/homes" },
    mountOptions: ["nfsvers=4.1", "noatime", "hard"],
  });
});

test("a disk beside it stays as it was, and a hub that is added changes nothing that others stand on", () => {
  const both = stacksOf(`${disk}\n  wide: { kind: filestore }`);
  const disks = (stacks: ReadonlyMap<string, string>) => resourcesOf(stacks, "plains-homes", "google_compute_disk");
  expect(disks(both)).toEqual(disks(stacksOf(disk)));
  const hub = `hubs:
  course:
    allow: { idps: [plains.example] }
    home: main
    defaultProfile: python
    profiles: { python: { title: Python, image: "quay.io/pangeo/pangeo-notebook:2026.06.04" } }
`;
  const more = stacksOf("main: { kind: filestore, size: 1280Gi }", ["hubs:\n", hub]);
  expect(changed(zonal, more)).not.toContain("plains-homes");
  expect(changed(zonal, more)).not.toContain("plains-cluster");
});
