import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsEngine, awsEngine, offline, override } from "../aws/engine";
import { FakeEks } from "../aws/fake-eks";
import { planned, untagged } from "../aws/plan";
import { resourcesOf } from "../aws/policies";
import { awsStack, type StackFolder } from "../aws/stack-folder";
import { synth } from "../stacks/synth-demo";
import { copyOfExample } from "../stacks/synth-example";
import { inventory } from "./aws-cluster/account";

let folder: string;
let engine: AwsEngine | string;
let aws: FakeEks;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-networks-"));
  engine = await awsEngine(folder);
  if (typeof engine !== "string") aws = await FakeEks.start("111122223333", "us-west-2");
});
afterAll(async () => {
  await aws?.stop();
  rmSync(folder, { recursive: true });
});

/** The example federation, perhaps with ids of its network that exists replaced: stack -> its JSON. */
function stacksOf(ids: Readonly<Record<string, string>> = {}): Map<string, string> {
  const own = copyOfExample(folder, "networks");
  const path = join(own, "sites/harbor.yaml");
  const text = Object.entries(ids).reduce((now, [old, then]) => now.replace(old, then), readFileSync(path, "utf8"));
  writeFileSync(path, text);
  const stacks = join(synth(own), "stacks");
  return new Map(readdirSync(stacks).map((name) => [name, readFileSync(join(stacks, name, "cdk.tf.json"), "utf8")]));
}

/** What is planned without any API; the rest looks something up. */
const alone = ["harbor-homes", "harbor-lake", "shoal-cluster", "shoal-homes", "shoal-lake"];

test("the real provider accepts each stack, and plans lakes, homes and the cluster without a way out without any API", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const stacks = stacksOf();
  expect([...stacks.keys()]).toEqual(expect.arrayContaining(alone));
  for (const [name, json] of stacks) {
    const stack = awsStack(engine, join(folder, "offline", name), json, offline);
    await stack.must("init", "-input=false");
    expect(JSON.parse(await stack.must("validate", "-json")), name).toMatchObject({ valid: true, error_count: 0 });
    if (!alone.includes(name)) continue;
    const resources = await planned(stack);
    expect(resources, name).toHaveLength(resourcesOf(json).size);
    const site = name.split("-")[0] ?? "";
    const tags = { federation: "shores", site, ...(site === "harbor" ? { "cost-centre": "4711" } : {}) };
    expect(untagged(resources, tags), name).toEqual([]);
  }
});

/** Makes a network with a private and a public subnet in each of two zones: the ids, by what stands for them in the example. */
async function network(): Promise<Record<string, string>> {
  const idOf = (text: string, what: string) => new RegExp(`<${what}>([^<]+)`).exec(text)?.[1] ?? "";
  const vpc = idOf(await aws.action("ec2", "CreateVpc", { CidrBlock: "10.4.0.0/16" }), "vpcId");
  const ids: Record<string, string> = { "vpc-0a1b2c3d4e5f60718": vpc };
  for (const [i, zone] of ["us-west-2a", "us-west-2b", "us-west-2a", "us-west-2b"].entries()) {
    const subnet = { VpcId: vpc, AvailabilityZone: zone, CidrBlock: `10.4.${i}.0/24` };
    const id = idOf(await aws.action("ec2", "CreateSubnet", subnet), "subnetId");
    ids[`subnet-0a1b2c3d4e5f6071${i + 1}`] = id;
  }
  return ids;
}

async function cluster(name: string, ids: Readonly<Record<string, string>>): Promise<StackFolder> {
  const json = stacksOf(ids).get("harbor-cluster") ?? "";
  const stack = awsStack(engine as AwsEngine, join(folder, name), json, override, aws.environment);
  await stack.must("init", "-input=false");
  return stack;
}

test("a cluster in a network that exists is made in the subnets that were found there, and goes again; the network stays as it was", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const ids = await network();
  const before = await inventory(aws);
  const stack = await cluster("found", ids);
  const resources = await planned(stack);
  const groups = resources.filter(({ type }) => type === "aws_eks_node_group");
  expect(groups.length).toBeGreaterThan(2);
  for (const { values } of groups) expect(values.subnet_ids).toEqual([ids["subnet-0a1b2c3d4e5f60711"]]);
  expect(
    resources.filter(({ address, type }) => !address.startsWith("data.") && /vpc|subnet|route|nat/.test(type)),
  ).toEqual([]);
  await stack.must("apply", "-input=false", "plan.bin");
  await unchanged(stack);
  await stack.must("destroy", "-auto-approve", "-input=false");
  expect(await inventory(aws)).toEqual(before);
});

/** A second plan is empty. */
async function unchanged(stack: StackFolder): Promise<void> {
  const again = await stack.run("plan", "-input=false", "-no-color", "-detailed-exitcode");
  expect(again, again.text).toMatchObject({ status: 0 });
}

test("a subnet of another zone or network than the config says fails the plan, which names it and the key", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const [ids, other] = [await network(), await network()];
  const [a = "", b = "", open = ""] = [1, 2, 3].map((n) => ids[`subnet-0a1b2c3d4e5f6071${n}`]);
  const swapped = { ...ids, "subnet-0a1b2c3d4e5f60711": b, "subnet-0a1b2c3d4e5f60712": a };
  const elsewhere = { ...ids, "vpc-0a1b2c3d4e5f60718": other["vpc-0a1b2c3d4e5f60718"] ?? "" };
  const plan = async (name: string, with_: Readonly<Record<string, string>>) => {
    const { status, text } = await (await cluster(name, with_)).run("plan", "-input=false", "-no-color");
    expect(status).toBe(1);
    return text.replaceAll(/[│\s]+/g, " ");
  };
  expect(await plan("swapped", swapped)).toContain(
    `${b} is in another zone than us-west-2a: mend cluster.network.existing.privateSubnets`,
  );
  expect(await plan("elsewhere", elsewhere)).toContain(
    `${open} is in another network than ${elsewhere["vpc-0a1b2c3d4e5f60718"]}`,
  );
});

test("a site whose pods take their roles by tokens is made, a second plan is empty, and all of it goes again", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  const before = await inventory(aws);
  const stacks = stacksOf();
  const made: StackFolder[] = [];
  for (const name of ["shoal-homes", "shoal-cluster", "shoal-services", "shoal-prod"]) {
    const stack = awsStack(engine, join(folder, "made", name), stacks.get(name) ?? "", override, aws.environment);
    made.unshift(stack);
    await stack.must("init", "-input=false");
    await stack.must("apply", "-auto-approve", "-input=false");
    await unchanged(stack);
  }
  const { cluster } = await aws.eks<{ cluster: Cluster }>("/clusters/shores-shoal");
  const issuer = cluster.identity.oidc.issuer.replace("https://", "");
  expect(await aws.action("iam", "ListOpenIDConnectProviders")).toContain(`oidc-provider/${issuer}`);
  const role = await aws.action("iam", "GetRole", { RoleName: "shores-shoal-hub-prod" });
  const [, trust = ""] = /<AssumeRolePolicyDocument>([^<]+)/.exec(role) ?? [];
  expect(JSON.parse(decodeURIComponent(trust)).Statement).toEqual([
    {
      ...{ Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity" },
      Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${issuer}` },
      Condition: {
        StringEquals: {
          [`${issuer}:aud`]: "sts.amazonaws.com",
          [`${issuer}:sub`]: "system:serviceaccount:shoal-prod:user-sa",
        },
      },
    },
  ]);
  for (const stack of made) await stack.must("destroy", "-auto-approve", "-input=false");
  expect(await inventory(aws)).toEqual(before);
});

interface Cluster {
  readonly identity: { readonly oidc: { readonly issuer: string } };
}
