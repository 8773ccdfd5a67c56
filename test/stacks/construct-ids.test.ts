import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Change, resourcesOf, stacksOfExample } from "./synth-example";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-ids-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const names = (stacks: ReadonlyMap<string, string>, stack: string, type: string, key: string) =>
  Object.values(resourcesOf(stacks, stack, type)).map((resource) => resource[key]);

/** All that a stack had before is in it, at the same address. */
function kept(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>, stack: string): void {
  const all = JSON.parse(before.get(stack) ?? "{}") as { resource: Record<string, object> };
  for (const [type, of] of Object.entries(all.resource))
    expect(Object.keys(resourcesOf(after, stack, type)), type).toEqual(expect.arrayContaining(Object.keys(of)));
}

test("a bucket may be called like what else its lake's stack holds", () => {
  const ids = ["aws", "backend", "expires", "key"];
  const change: Change = [
    "  buckets:\n",
    `  buckets:\n${ids.map((id) => `    ${id}: { purpose: persistent }\n`).join("")}`,
  ];
  const [before, after] = [[], [change]].map((changes) => stacksOfExample(folder, "lakes", "fjord", changes));
  if (!before || !after) throw new Error("no stacks");
  kept(before, after, "fjord-lake");
  expect(names(after, "fjord-lake", "aws_s3_bucket", "bucket")).toEqual(
    expect.arrayContaining(ids.map((id) => `pangeo-fjord-${id}`)),
  );
  expect(JSON.parse(after.get("fjord-lake") ?? "{}")).toMatchObject({
    provider: { aws: [{ region: "eu-north-1" }] },
    locals: { expires: "2031-12-31T23:00:00Z" },
  });
});

const disks = ["aws", "backend", "snapshots-role", "main-snapshots", "main-disk", "main-namespace", "main-objects"];
const fileSystems = ["loft", "loft-policy", "loft-backups", "loft-file-system", "private", "home-main"];

test("homes on AWS may be called like what else the stacks of homes and services hold, or like what others there have", () => {
  const made = "main: { quota: 100Gi, size: 2Ti }";
  const more = [
    ...disks.map((id) => `  ${id}: { quota: 1Gi, size: 10Gi }`),
    ...[...fileSystems, "main-disk-us-west-2a"].map((id) => `  ${id}: { kind: efs }`),
    "  disk-us-west-2a: { quota: 1Gi, size: 10Gi }",
  ];
  const inHubs: Change = ["    home: none\n", "    home: home-main\n"];
  const before = stacksOfExample(folder, "clouds", "cascadia");
  const after = stacksOfExample(folder, "clouds", "cascadia", [[made, [made, ...more].join("\n")], inHubs]);
  for (const stack of ["cascadia-homes", "cascadia-services"]) kept(before, after, stack);
  const named = (type: string, key: string) =>
    names(after, "cascadia-homes", type, key)
      .map((of) => (typeof of === "string" ? of : (of as { readonly Name: string }).Name))
      .map((name) => name.replace("pangeo-cascadia-homes-", ""))
      .sort();
  expect(named("aws_ebs_volume", "tags")).toEqual(["disk-us-west-2a", "main", ...disks].sort());
  expect(named("aws_dlm_lifecycle_policy", "tags")).toEqual(["disk-us-west-2a", "main", ...disks].sort());
  expect(named("aws_efs_file_system", "creation_token")).toEqual([...fileSystems, "main-disk-us-west-2a"].sort());
  const releases = names(after, "cascadia-services", "helm_release", "name");
  expect(releases).toEqual(expect.arrayContaining(["main", ...disks].map((id) => `home-${id}`)));
  expect(names(after, "cascadia-services", "aws_efs_mount_target", "file_system_id")).toHaveLength(14);
});

test("admins of a cluster may be called alike in two accounts, or like what others are given", () => {
  const arns = [
    "111122223333:role/ops",
    "444455556666:role/ops",
    "111122223333:role/ops-rights",
    "111122223333:role/ops",
  ];
  const admins = `  admins: [${arns.map((arn) => `"arn:aws:iam::${arn}"`).join(", ")}]\n`;
  const key = '  kubernetes: "1.35"\n';
  const stacks = stacksOfExample(folder, "clouds", "cascadia", [[key, key + admins]]);
  expect(names(stacks, "cascadia-cluster", "aws_eks_access_entry", "principal_arn").sort()).toEqual(
    [...new Set(arns)].map((arn) => `arn:aws:iam::${arn}`).sort(),
  );
  expect(names(stacks, "cascadia-cluster", "aws_eks_access_policy_association", "policy_arn")).toHaveLength(3);
});

test("homes on Kubernetes may be called like its providers, or like what others have", () => {
  const main = "  main: { size: 500Gi, quota: 20Gi, nodes: [10.30.0.0/24] }";
  const ids = ["backend", "helm", "kubernetes", "main-namespace", "main-objects", "chart-objects"];
  const change: Change = [main, [main, ...ids.map((id) => `  ${id}: { size: 10Gi, quota: 1Gi }`)].join("\n")];
  const home: Change = ["  hydrology:\n", "  hydrology:\n    home: main\n"];
  const before = stacksOfExample(folder, "cluster", "alps");
  const after = stacksOfExample(folder, "cluster", "alps", [change, home]);
  kept(before, after, "alps-homes");
  expect(names(after, "alps-homes", "kubernetes_namespace_v1", "metadata")).toEqual(
    expect.arrayContaining(["main", ...ids].map((id) => expect.objectContaining({ name: `alps-homes-${id}` }))),
  );
});
