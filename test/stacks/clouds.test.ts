import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readableStack } from "./readable";
import { filesBelow, repository } from "./synth-demo";
import { type Change, changed, resourcesOf as resources, stacksOfExample } from "./synth-example";

let folder: string;
let clouds: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-clouds-"));
  clouds = stacksOf();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Synthesizes the example federation on clouds, perhaps with the text of its site on AWS changed: stack -> its JSON. */
function stacksOf(...changes: readonly Change[]): Map<string, string> {
  return stacksOfExample(folder, "clouds", "cascadia", changes);
}

const groupsOf = (stacks: ReadonlyMap<string, string>) =>
  Object.values(resources(stacks, "cascadia-cluster", "aws_eks_node_group"));

test("a site on AWS with a cluster: each stack as reviewed", async () => {
  for (const [name, text] of clouds)
    await expect(readableStack(text)).toMatchFileSnapshot(join(repository, "test/golden/clouds", `${name}.json`));
  const golden = [...filesBelow(join(repository, "test/golden/clouds")).keys()];
  expect(golden).toEqual([...clouds.keys()].map((name) => `${name}.json`));
  expect([...clouds.values()].join("")).not.toContain("terraform_remote_state");
});

test("lake, homes and cluster look nothing up, so they plan without an account", () => {
  for (const part of ["lake", "homes", "cluster"])
    expect(JSON.parse(clouds.get(`cascadia-${part}`) ?? "{}")).not.toHaveProperty("data");
});

test("workers run on spot of several types, and at the full price where it has no room; all else is never on spot", () => {
  const capacity = groupsOf(clouds).map(({ node_group_name, capacity_type, instance_types }) => [
    `${node_group_name}`.replace(/-[0-9a-f]{6}$/, ""),
    capacity_type,
    (instance_types as string[]).length,
  ]);
  expect(capacity.sort()).toEqual([
    ["core", "ON_DEMAND", 1],
    ["dask", "SPOT", 3],
    ["dask-full", "ON_DEMAND", 3],
    ["gpu", "ON_DEMAND", 1],
    ["large", "ON_DEMAND", 1],
    ["small", "ON_DEMAND", 1],
  ]);
});

test("what is not spread is in one zone; GPUs are bought wherever there are some", () => {
  const zones = Object.fromEntries(
    groupsOf(clouds).map(({ node_group_name, subnet_ids }) => [`${node_group_name}`.split("-")[0], subnet_ids]),
  );
  expect(zones.small).toHaveLength(1);
  expect(zones.gpu).toHaveLength(2);
});

test("the autoscaler knows every label and taint of nodes of which there are none", () => {
  const tags = Object.values(resources(clouds, "cascadia-cluster", "aws_autoscaling_group_tag")).map(({ tag }) => {
    const { key, value } = tag as { key: string; value: string };
    return `${key.replace("k8s.io/cluster-autoscaler/node-template/", "")}=${value}`;
  });
  const nodes = groupsOf(clouds).flatMap(({ labels, taint }) => [
    ...Object.entries(labels as object).map(([key, value]) => `label/${key}=${value}`),
    ...((taint ?? []) as { key: string; value: string }[]).map(({ key, value }) => `taint/${key}=${value}:NoSchedule`),
  ]);
  expect(tags.filter((tag) => !tag.startsWith("resources/")).sort()).toEqual(nodes.sort());
  expect(tags).toContain("resources/nvidia.com/gpu=1");
});

test("a pool that is added, or a zone at the end, replaces no node group and no subnet", () => {
  const types = ["aws_eks_node_group", "aws_launch_template", "aws_subnet"];
  const pool: [string, string] = [
    "  pools:\n",
    "  pools:\n    more: { for: user, machines: [r7i.2xlarge], maxNodes: 4 }\n",
  ];
  const zone: [string, string] = ["[us-west-2a, us-west-2b]", "[us-west-2a, us-west-2b, us-west-2c]"];
  for (const type of types) {
    const before = resources(clouds, "cascadia-cluster", type);
    expect(resources(stacksOf(pool), "cascadia-cluster", type)).toMatchObject(before);
    if (type === "aws_subnet") expect(resources(stacksOf(zone), "cascadia-cluster", type)).toMatchObject(before);
  }
  const gpu = (stacks: ReadonlyMap<string, string>) =>
    groupsOf(stacks).flatMap(({ node_group_name }) =>
      `${node_group_name}`.startsWith("gpu-") ? [node_group_name] : [],
    );
  expect(gpu(stacksOf(zone)), "GPUs may be bought in one zone more: by new nodes").not.toEqual(gpu(clouds));
});

test("another machine type makes new nodes beside the old ones, which are closed until they are empty", () => {
  const old = "small: { for: user, machines: [r7i.xlarge], maxNodes: 40 }";
  const now = "small: { for: user, machines: [r8i.xlarge], maxNodes: 40 }";
  const retiring: [string, string] = ["homes: #", `  retiring:\n    ${old}\n\nhomes: #`];
  const names = (stacks: ReadonlyMap<string, string>) =>
    groupsOf(stacks).flatMap(({ node_group_name }) =>
      `${node_group_name}`.startsWith("small-") ? [`${node_group_name}`] : [],
    );
  const [before = ""] = names(clouds);
  const both = stacksOf([old, now], retiring);
  expect(names(both)).toHaveLength(2);
  expect(names(both)).toContain(before);
  const [address = ""] = Object.entries(resources(clouds, "cascadia-cluster", "aws_eks_node_group")).find(
    ([, group]) => group.node_group_name === before,
  ) ?? [""];
  const was = resources(clouds, "cascadia-cluster", "aws_eks_node_group")[address];
  const is = resources(both, "cascadia-cluster", "aws_eks_node_group")[address];
  expect(is).toMatchObject({ instance_types: was?.instance_types, scaling_config: was?.scaling_config });
  expect(JSON.stringify(is?.taint)).toContain("isthmus/retiring");
});

test("a hub that is added makes a stack, and changes no other hub's", () => {
  const hub = `hubs:
  course:
    allow: {idps: [cascadia.example]}
    home: main
    defaultProfile: python
    profiles: {python: {title: Python, image: "quay.io/pangeo/pangeo-notebook:2026.06.04"}}
`;
  expect(changed(clouds, stacksOf(["hubs:\n", hub]))).toEqual([
    "cascadia-catalog", // the portal lists it
    "cascadia-course",
    "cascadia-services", // pulls its image
  ]);
});

/** The policy of the role that a hub's people take. */
function policyOf(stack: string): readonly Statement[] {
  const [policy] = Object.values(resources(clouds, stack, "aws_iam_role_policy"));
  return (JSON.parse(`${policy?.policy}`) as { Statement: Statement[] }).Statement;
}

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

const can = (stack: string, sid: string) => policyOf(stack).find((statement) => statement.Sid === sid)?.Resource;

test("people of a hub reach the buckets that its config says; those for whom nobody vouches, below the hub's own prefix", () => {
  const bucket = (id: string) => `arn:aws:s3:::pangeo-cascadia-${id}`;
  expect(can("cascadia-prod", "Write")).toEqual([`${bucket("scratch")}/*`, `${bucket("persistent")}/*`]);
  expect(can("cascadia-prod", "Read")).toEqual([`${bucket("library")}/*`, `${bucket("drafts")}/*`]);
  expect(can("cascadia-agu-workshop", "Write")).toEqual([
    `${bucket("scratch")}/agu-workshop/*`,
    `${bucket("persistent")}/agu-workshop/*`,
  ]);
  expect(can("cascadia-agu-workshop", "Read")).toEqual([`${bucket("library")}/*`]);
  expect(JSON.stringify(policyOf("cascadia-agu-workshop"))).not.toContain("drafts");
});

test("no policy has an action of all, and one of all resources only where AWS knows no narrower one", () => {
  const policies = [...clouds.keys()].flatMap((stack) =>
    Object.values(resources(clouds, stack, "aws_iam_role_policy")).flatMap(
      ({ policy }) => (JSON.parse(`${policy}`) as { Statement: Statement[] }).Statement,
    ),
  );
  const wide = policies.filter(({ Resource }) => Resource === "*").map(({ Sid }) => Sid);
  expect(new Set(wide)).toEqual(new Set(["See", "FindZone"]));
  for (const { Action } of policies)
    for (const action of [Action].flat()) expect(action).toMatch(/^[a-z0-9]+:[A-Z]\w+$/);
});

test("the cluster's API answers whom the config says, and from where", () => {
  const vpc = (...changes: [string, string][]) => {
    const [cluster] = Object.values(resources(stacksOf(...changes), "cascadia-cluster", "aws_eks_cluster"));
    return cluster?.vpc_config;
  };
  expect(vpc()).toMatchObject({ endpoint_public_access: true, public_access_cidrs: ["0.0.0.0/0"] });
  const key = '  kubernetes: "1.35"\n';
  const from = vpc([key, `${key}  api: {kind: networks, from: [192.0.2.0/24]}\n`]);
  expect(from).toMatchObject({ endpoint_public_access: true, public_access_cidrs: ["192.0.2.0/24"] });
  expect(vpc([key, `${key}  api: {kind: private}\n`])).toMatchObject({ endpoint_public_access: false });
});
