import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resourcesOf } from "../aws/policies";
import { readableStack } from "./readable";
import { filesBelow, repository } from "./synth-demo";
import { exampleStacks } from "./synth-example";

let folder: string;
let stacks: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-networks-"));
  stacks = exampleStacks(folder, "config/federations/networks");
});
afterAll(() => rmSync(folder, { recursive: true }));

const golden = join(repository, "test/golden/networks");

test("a network that exists, and one without a way out: each stack as reviewed", async () => {
  for (const [name, text] of stacks)
    await expect(readableStack(text)).toMatchFileSnapshot(join(golden, `${name}.json`));
  expect([...filesBelow(golden).keys()]).toEqual([...stacks.keys()].map((name) => `${name}.json`));
});

/** Types of a stack's resources. */
const types = (stack: string) =>
  new Set([...resourcesOf(stacks.get(stack) ?? "{}").keys()].map((address) => address.split(".")[0]));

test("of a network that exists nothing is made, and each of its subnets is looked at before the cluster", () => {
  for (const type of ["aws_vpc", "aws_subnet", "aws_route_table", "aws_nat_gateway", "aws_vpc_endpoint"])
    expect(types("harbor-cluster")).not.toContain(type);
  const { data } = JSON.parse(stacks.get("harbor-cluster") ?? "{}") as {
    data: { aws_subnet: Record<string, { id: string; lifecycle: { postcondition: { condition: string }[] } }> };
  };
  const looked = Object.entries(data.aws_subnet).map(([name, { id, lifecycle }]) => [
    name,
    id,
    ...lifecycle.postcondition.map(({ condition }) => condition),
  ]);
  const of = (name: string, zone: string, id: string) => [
    `${name}-${zone}`,
    `subnet-0a1b2c3d4e5f6071${id}`,
    `\${self.vpc_id == "vpc-0a1b2c3d4e5f60718"}`,
    `\${self.availability_zone == "${zone}"}`,
  ];
  expect(looked.sort()).toEqual([
    of("privateSubnets", "us-west-2a", "1"),
    of("privateSubnets", "us-west-2b", "2"),
    of("publicSubnets", "us-west-2a", "3"),
    of("publicSubnets", "us-west-2b", "4"),
  ]);
});

test("the load balancer is in the public subnets that the config names, and bears the site's tags", () => {
  const values = stacks.get("harbor-services") ?? "";
  expect(values).toMatch(/aws-load-balancer-subnets\W+subnet-0a1b2c3d4e5f60713,subnet-0a1b2c3d4e5f60714/);
  expect(values).toMatch(
    /additional-resource-tags\W+cost-centre=4711,managed-by=isthmus,federation=shores,site=harbor/,
  );
  expect(stacks.get("shoal-services")).not.toContain("aws-load-balancer-subnets");
});

test("without a way out there is no NAT gateway, and what nodes need is reached by endpoints", () => {
  expect(types("shoal-cluster")).not.toContain("aws_nat_gateway");
  expect(types("shoal-cluster")).not.toContain("aws_eip");
  const all = [...resourcesOf(stacks.get("shoal-cluster") ?? "{}")];
  const endpoints = all.flatMap(([address, { service_name }]) =>
    address.startsWith("aws_vpc_endpoint.") ? [`${service_name}`.replace("com.amazonaws.us-west-2.", "")] : [],
  );
  expect(endpoints).toEqual(expect.arrayContaining(["s3", "ecr.api", "ecr.dkr", "sts", "ec2", "eks"]));
  const groups = all.flatMap(([address, group]) => (address.startsWith("aws_eks_node_group.") ? [group] : []));
  expect(
    groups.map(({ subnet_ids, capacity_type, ami_type }) => [(subnet_ids as string[]).length, capacity_type, ami_type]),
  ).toEqual([[1, "ON_DEMAND", "AL2023_x86_64_STANDARD"]]);
});

test("disks that pods ask for bear the site's tags", () => {
  expect(stacks.get("harbor-cluster")).toMatch(/extraVolumeTags\W+cost-centre\W+4711\W+managed-by\W+isthmus/);
});

test("what a hub's people are bears the hub's tag beside the site's", () => {
  const tagged = [...resourcesOf(stacks.get("harbor-prod") ?? "{}")].flatMap(([address, { tags }]) =>
    tags ? [[address.split(".")[0], tags]] : [],
  );
  expect(tagged.sort()).toEqual([
    ["aws_eks_pod_identity_association", { hub: "prod" }],
    ["aws_iam_role", { hub: "prod" }],
  ]);
});

test("without an agent pods are known by tokens: their accounts name roles, and users' pods reach STS in the network", () => {
  const role = (what: string) => `arn:aws:iam::111122223333:role/shores-shoal-${what}`;
  const cluster = stacks.get("shoal-cluster") ?? "";
  expect(cluster).not.toContain("eks-pod-identity-agent");
  expect(cluster).not.toContain("com.amazonaws.us-west-2.eks-auth");
  expect([...types("shoal-cluster")]).toContain("aws_iam_openid_connect_provider");
  const addOns = [...resourcesOf(cluster)].flatMap(([, { addon_name, service_account_role_arn: by }]) =>
    by ? [addon_name] : [],
  );
  expect(addOns.sort()).toEqual(["aws-ebs-csi-driver", "vpc-cni"]);
  for (const [stack, name] of [
    ["shoal-prod", "hub-prod"],
    ["shoal-services", "cluster-autoscaler"],
    ["shoal-services", "scratch-expiry"],
  ] as const) {
    expect(types(stack)).not.toContain("aws_eks_pod_identity_association");
    expect(stacks.get(stack)).toContain(JSON.stringify(`"eks.amazonaws.com/role-arn":"${role(name)}"`).slice(1, -1));
    expect(stacks.get(stack)).toContain("data.aws_eks_cluster.cluster.identity[0].oidc[0].issuer");
  }
  const blocks = ["10.0.0.0/19", "10.0.32.0/19"].map((cidr) => ({ ipBlock: { cidr } }));
  const way = JSON.stringify({ to: blocks, ports: [{ port: 443 }] });
  expect(stacks.get("shoal-prod")).toContain(JSON.stringify(way).slice(1, -1));
  expect(stacks.get("harbor-prod")).toContain("169.254.170.23/32");
  expect(stacks.get("shoal-prod")).not.toContain("169.254.170.23/32");
});
