import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Change, changed, resourcesOf, stacksOfExample } from "./synth-example";

const disk = "main: { quota: 100Gi, size: 2Ti }";
const workshop: Change = ["    home: none\n", "    home: main\n"];

let folder: string;
let efs: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-efs-"));
  efs = stacksOf("main: { kind: efs, coldAfterDays: 30 }", workshop);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The example on clouds with other homes, which both of its hubs use. */
function stacksOf(homes: string, ...changes: readonly Change[]): Map<string, string> {
  return stacksOfExample(folder, "clouds", "cascadia", [[disk, homes], ...changes]);
}

/** What the engine puts in, as a stack spells it. */
const reference = (text: string) => `$\{${text}}`;

const values = (stacks: ReadonlyMap<string, string>, stack: string, type: string) =>
  Object.values(resourcesOf(stacks, `cascadia-${stack}`, type));
const only = (stacks: ReadonlyMap<string, string>, stack: string, type: string) => {
  const [one, ...others] = values(stacks, stack, type);
  expect(others).toEqual([]);
  return one;
};

test("the file system is encrypted, backed up, cold where that is asked for, and found by its name", () => {
  expect(only(efs, "homes", "aws_efs_file_system")).toMatchObject({
    creation_token: "pangeo-cascadia-homes-main",
    encrypted: true,
    throughput_mode: "elastic",
    lifecycle_policy: [
      { transition_to_ia: "AFTER_30_DAYS" },
      { transition_to_primary_storage_class: "AFTER_1_ACCESS" },
    ],
    tags: { Name: "pangeo-cascadia-homes-main", purpose: "homes" },
  });
  expect(only(efs, "homes", "aws_efs_backup_policy")).toMatchObject({ backup_policy: { status: "ENABLED" } });
  expect(values(efs, "homes", "aws_ebs_volume")).toEqual([]);
  expect(JSON.parse(efs.get("cascadia-homes") ?? "{}")).not.toHaveProperty("data");
  const plain = stacksOf("main: { kind: efs, backups: none }");
  expect(only(plain, "homes", "aws_efs_file_system")).not.toHaveProperty("lifecycle_policy");
  expect(values(plain, "homes", "aws_efs_backup_policy")).toEqual([]);
});

test("whoever mounts it does so over TLS, by an access point, and is nobody's root", () => {
  const policy = JSON.parse(`${only(efs, "homes", "aws_efs_file_system_policy")?.policy}`) as {
    Statement: { Sid: string; Effect: string; Action: string | string[]; Condition: object }[];
  };
  expect(policy.Statement.map(({ Sid, Effect }) => [Sid, Effect])).toEqual([
    ["Mount", "Allow"],
    ["OnlyTls", "Deny"],
  ]);
  const [mount] = policy.Statement;
  expect(mount?.Action).toEqual(["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]);
  expect(mount?.Condition).toEqual({
    Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" },
    StringLike: {
      "elasticfilesystem:AccessPointArn": "arn:aws:elasticfilesystem:us-west-2:111122223333:access-point/*",
    },
  });
});

test("its driver comes with it, as a role of its own, and with nothing else", () => {
  const drivers = (stacks: ReadonlyMap<string, string>) =>
    values(stacks, "cluster", "aws_eks_addon").filter(({ addon_name }) => addon_name === "aws-efs-csi-driver");
  expect(drivers(efs)).toMatchObject([
    { addon_version: "v3.4.1-eksbuild.1", pod_identity_association: [{ service_account: "efs-csi-controller-sa" }] },
  ]);
  expect(drivers(stacksOf(disk))).toEqual([]);
});

test("each zone has an address of it, which the cluster's nodes reach and nobody else", () => {
  const targets = values(efs, "services", "aws_efs_mount_target");
  expect(targets.map(({ subnet_id }) => subnet_id)).toEqual([
    reference("data.aws_subnet.private-us-west-2a.id"),
    reference("data.aws_subnet.private-us-west-2b.id"),
  ]);
  const groups = values(efs, "services", "aws_security_group").map(({ ingress }) => ingress);
  expect(groups).toEqual([
    [
      expect.objectContaining({
        from_port: 2049,
        to_port: 2049,
        security_groups: [reference("data.aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id")],
      }),
    ],
  ]);
  expect(JSON.stringify(groups)).not.toMatch(/"\d+\.\d+\.\d+\.\d+\/\d+"/);
  expect(efs.get("cascadia-services")).not.toContain("jupyterhub-home-nfs");
});

test("each hub mounts a directory of its own, by the same claim as any other home", () => {
  for (const hub of ["prod", "agu-workshop"]) {
    expect(only(efs, hub, "aws_efs_access_point")).toMatchObject({
      posix_user: { uid: 1000, gid: 1000 },
      root_directory: { path: `/${hub}`, creation_info: { owner_uid: 1000, owner_gid: 1000, permissions: "0755" } },
    });
    const objects = values(efs, hub, "helm_release").find(({ name }) => name === `${hub}-objects`);
    const made = JSON.parse(`${objects?.values ?? []}`) as { objects: { kind: string; spec: object }[] };
    const [volume] = made.objects.filter(({ kind }) => kind === "PersistentVolume");
    expect(volume?.spec).toMatchObject({
      csi: {
        driver: "efs.csi.aws.com",
        volumeHandle: [
          reference("data.aws_efs_file_system.main-file-system.file_system_id"),
          reference("aws_efs_access_point.home.id"),
        ].join("::"),
      },
      persistentVolumeReclaimPolicy: "Retain",
    });
    expect(volume?.spec).not.toHaveProperty("mountOptions");
  }
});

test("one that exists is changed in nothing: each hub has its way into it, and that is all", () => {
  const theirs = stacksOf("main: { kind: efs, existing: fs-0123456789abcdef0 }");
  expect(theirs.has("cascadia-homes")).toBe(false);
  for (const type of ["aws_efs_mount_target", "aws_security_group"])
    expect(values(theirs, "services", type)).toEqual([]);
  expect(only(theirs, "prod", "aws_efs_access_point")).toMatchObject({ file_system_id: "fs-0123456789abcdef0" });
  expect(theirs.get("cascadia-prod")).toContain("fs-0123456789abcdef0::");
});

test("a network that exists has its own subnets, and a zone that is added has an address more", () => {
  const network = `  network:
    existing:
      vpc: vpc-0123456789abcdef0
      privateSubnets: { us-west-2a: subnet-0123456789abcdef0, us-west-2b: subnet-0123456789abcdef1 }
      publicSubnets: { us-west-2a: subnet-0123456789abcdef2, us-west-2b: subnet-0123456789abcdef3 }
`;
  const key = '  kubernetes: "1.35"\n';
  const subnets = (...changes: Change[]) =>
    values(stacksOf("main: { kind: efs }", ...changes), "services", "aws_efs_mount_target").map((t) => t.subnet_id);
  expect(subnets([key, key + network])).toEqual(["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]);
  const zones: Change = ["[us-west-2a, us-west-2b]", "[us-west-2a, us-west-2b, us-west-2c]"];
  expect(subnets(zones)).toHaveLength(3);
});

test("a hub that is added changes nothing that others stand on", () => {
  const hub = `hubs:
  course:
    allow: { idps: [cascadia.example] }
    defaultProfile: python
    profiles: { python: { title: Python, image: "quay.io/pangeo/pangeo-notebook:2026.06.04" } }
`;
  const more = stacksOf("main: { kind: efs, coldAfterDays: 30 }", workshop, ["hubs:\n", hub]);
  expect(changed(efs, more)).toEqual(["cascadia-catalog", "cascadia-course", "cascadia-services"]);
});
