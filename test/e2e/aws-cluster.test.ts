import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsEngine, awsEngine, override } from "../aws/engine";
import { FakeEks } from "../aws/fake-eks";
import { offlineStacks, startIsthmus, writeOverrides } from "../aws/isthmus";
import { inventory } from "./aws-cluster/account";

const repository = join(__dirname, "../..");
const cluster = "/clusters/pangeo-cascadia";
const stacks = { "cascadia-homes": 4, "cascadia-cluster": 78 };

let folder: string;
let engine: AwsEngine | string;
let aws: FakeEks;
let empty: Awaited<ReturnType<typeof inventory>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-cluster-"));
  cpSync(join(repository, "config/federations/clouds"), folder, { recursive: true });
  engine = await awsEngine(folder);
  if (typeof engine === "string") return;
  aws = await FakeEks.start("111122223333", "us-west-2");
  empty = await inventory(aws);
  writeOverrides(folder, Object.keys(stacks), override);
});
afterAll(async () => {
  await aws?.stop();
  rmSync(folder, { recursive: true });
});

const isthmus = (...args: string[]) => startIsthmus(engine as AwsEngine, folder, aws.environment, args).ended;

/** Runs it, and expects that it ends well and tells so. */
async function done(told: string, ...args: string[]): Promise<void> {
  const ended = await isthmus(...args);
  expect(ended, ended.text).toMatchObject({ status: 0, text: expect.stringContaining(told) });
}

/** Does something with the site's file changed. */
async function edited(
  changes: readonly (readonly [old: string | RegExp, then: string])[],
  work: () => Promise<void>,
): Promise<void> {
  const path = join(folder, "sites/cascadia.yaml");
  const text = readFileSync(path, "utf8");
  for (const [old, then] of changes) {
    const before = readFileSync(path, "utf8");
    const after = before.replace(old, then);
    expect(after, String(old)).not.toBe(before);
    writeFileSync(path, after);
  }
  await work().finally(() => writeFileSync(path, text));
}

interface NodeGroup {
  readonly nodegroupName: string;
  readonly capacityType: string;
  readonly instanceTypes: readonly string[];
  readonly scalingConfig: Readonly<Record<string, number>>;
  readonly taints: readonly { readonly key: string }[];
  readonly launchTemplate: { readonly name: string };
  readonly resources: { readonly autoScalingGroups: readonly { readonly name: string }[] };
}

const groupNames = async () => (await aws.eks<{ nodegroups: string[] }>(`${cluster}/node-groups`)).nodegroups.sort();

async function group(pool: string): Promise<NodeGroup> {
  const name = (await groupNames()).find((one) => one.startsWith(`${pool}-`)) ?? pool;
  return (await aws.eks<{ nodegroup: NodeGroup }>(`${cluster}/node-groups/${name}`)).nodegroup;
}

test("the real provider accepts each stack, and plans it without any API", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const counts = Object.values(stacks);
  for (const [i, stack] of offlineStacks(engine, folder, Object.keys(stacks)).entries()) {
    await stack.must("init", "-input=false");
    expect(JSON.parse(await stack.must("validate", "-json"))).toMatchObject({ valid: true, error_count: 0 });
    const told = `Plan: ${counts[i]} to add, 0 to change, 0 to destroy.`;
    expect(await stack.must("plan", "-no-color", "-input=false")).toContain(told);
  }
});

test("homes and cluster are made, and a second up changes nothing", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  for (const [stack, count] of Object.entries(stacks)) {
    await done(`${count} made`, "up", stack);
    await done("1 unchanged", "up", stack);
  }
  expect(await inventory(aws)).toMatchObject({ clusters: ["pangeo-cascadia"], disks: [expect.any(String)] });
});

test("nodes of Dask are spot with the full price beside them, and the autoscaler reads of pools without nodes", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  expect((await groupNames()).map((name) => name.replace(/-[^-]*$/, ""))).toEqual([
    "core",
    "dask",
    "dask-full",
    "gpu",
    "large",
    "small",
  ]);
  const [spot, full, core] = [await group("dask"), await group("dask-full"), await group("core")];
  expect([spot.capacityType, full.capacityType, core.capacityType]).toEqual(["SPOT", "ON_DEMAND", "ON_DEMAND"]);
  expect(spot.taints.map(({ key }) => key).sort()).toEqual(["k8s.dask.org/dedicated", "k8s.dask.org_dedicated"]);
  const tags = await aws.action("autoscaling", "DescribeTags", {
    "Filters.member.1.Name": "auto-scaling-group",
    "Filters.member.1.Values.member.1": spot.resources.autoScalingGroups[0]?.name ?? "",
  });
  expect(tags).toContain("k8s.io/cluster-autoscaler/node-template/taint/k8s.dask.org/dedicated");
  expect(tags).toContain("k8s.io/cluster-autoscaler/node-template/label/k8s.dask.org/node-purpose");
});

test("what a hand changed is seen, and put right; how many nodes there are is the autoscaler's", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const small = await group("small");
  const scalingConfig = { ...small.scalingConfig, desiredSize: 7, maxSize: 400 };
  await aws.eks(`${cluster}/node-groups/${small.nodegroupName}/update-config`, { scalingConfig });
  const open = { logging: { clusterLogging: [{ types: ["audit"], enabled: true }] } };
  await aws.eks(`${cluster}/update-config`, open);
  await done("2 changed", "up", "cascadia-cluster");
  expect((await group("small")).scalingConfig).toEqual({ ...small.scalingConfig, desiredSize: 7 });
  expect(JSON.stringify(await aws.eks(cluster))).toContain("controllerManager");
  await done("1 unchanged", "up", "cascadia-cluster");
});

test("a rule that opens the network's own group is seen, and taken away", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const found = await aws.action("ec2", "DescribeSecurityGroups");
  const [own = ""] = [...found.matchAll(/<groupId>([^<]+)/g)].flatMap(([, id = ""]) =>
    empty.groups?.includes(id) ? [] : [id],
  );
  const anybody = { "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0" };
  await aws.action("ec2", "AuthorizeSecurityGroupIngress", { GroupId: own, ...anybody });
  const rules = () => aws.action("ec2", "DescribeSecurityGroups", { "GroupId.1": own });
  expect(await rules()).toContain("0.0.0.0/0");
  await done("1 changed", "up", "cascadia-cluster");
  expect(await rules()).not.toContain("0.0.0.0/0");
});

test("a pool, a home or a cluster that is edited out of the config stays: up refuses, whatever else is agreed to", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const before = await inventory(aws);
  const groups = await groupNames();
  const refused = async (what: RegExp, stack: string) => {
    const ended = await isthmus("up", stack, "--yes");
    expect(ended.status, ended.text).toBe(3);
    expect(ended.text).toMatch(what);
  };
  await edited([[/ {4}large: .*\n/, ""]], () =>
    refused(/delete aws_eks_node_group\.large\S+, and with it everything that runs on its nodes/, "cascadia-cluster"),
  );
  await edited(
    [
      [/ {2}main: \{ quota/, "  team: { quota"],
      ["home: main", "home: team"],
    ],
    () => refused(/delete aws_ebs_volume\.main, and with it the data on it/, "cascadia-homes"),
  );
  await edited([['  kubernetes: "1.35"\n', '  kubernetes: "1.35"\n  network: { cidr: 10.8.0.0/16 }\n']], () =>
    refused(/delete and make anew aws_eks_cluster\.\S+, and with it everything that runs on it/, "cascadia-cluster"),
  );
  expect(await inventory(aws)).toEqual(before);
  expect(await groupNames()).toEqual(groups);
});

test("another machine for a pool is a second group, and the first is kept closed until it is agreed away", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const old = "small: { for: user, machines: [r7i.xlarge], maxNodes: 40 }";
  const now = [old, old.replace("r7i", "r8i")] as const;
  const { nodegroupName } = await group("small");
  const kept = async () => (await groupNames()).filter((name) => name.startsWith("small-"));
  await edited([now, ["homes: #", `  retiring:\n    ${old}\n\nhomes: #`]], async () => {
    await done("made", "up", "cascadia-cluster");
    const names = await kept();
    expect(names).toHaveLength(2);
    const [first, second] = [await group(nodegroupName), await group(names.find((n) => n !== nodegroupName) ?? "")];
    expect(first.instanceTypes).toEqual(["r7i.xlarge"]);
    expect(first.taints.map(({ key }) => key)).toContain("isthmus/retiring");
    expect(second.instanceTypes).toEqual(["r8i.xlarge"]);
    expect(second.taints.map(({ key }) => key)).not.toContain("isthmus/retiring");
    await done("1 unchanged", "up", "cascadia-cluster");
  });
  await edited([now], async () => {
    const refused = await isthmus("up", "cascadia-cluster", "--yes");
    expect(refused.status, refused.text).toBe(3);
    await done("deleted", "up", "cascadia-cluster", "--yes", ...agreed(refused.text));
    expect(await kept()).toHaveLength(1);
    expect(await kept()).not.toContain(nodegroupName);
  });
});

/** The flags with which a refusal says that it can be agreed to. */
const agreed = (text: string) =>
  [...new Set([...text.matchAll(/--destroy '([^']+)'/g)].map(([, address = ""]) => address))].flatMap((address) => [
    "--destroy",
    address,
  ]);

test("all of it goes where that is agreed to, and leaves nothing but the last snapshot of homes", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  for (const stack of Object.keys(stacks)) {
    const refused = await isthmus("down", stack, "--yes");
    expect(refused.status, refused.text).toBe(3);
    await done("", "down", stack, "--yes", ...agreed(refused.text));
  }
  expect(await inventory(aws)).toEqual(empty);
  expect(await aws.action("ec2", "DescribeSnapshots")).toContain("<volumeSize>2048</volumeSize>");
});
