import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsEngine, awsEngine, offline, override } from "../aws/engine";
import { FakeEks } from "../aws/fake-eks";
import { planned, untagged } from "../aws/plan";
import { resourcesOf } from "../aws/policies";
import { awsStack, StackFolder } from "../aws/stack-folder";
import { exampleStacks } from "../stacks/synth-example";

/** Resources of AWS in each stack that stands on the cluster: what of it is Helm's and Kubernetes' is not here. */
const standing = { "cascadia-services": 12, "cascadia-prod": 3, "cascadia-agu-workshop": 3, "cascadia-catalog": 0 };
const alone = ["cascadia-lake", "cascadia-homes", "cascadia-cluster"];
const tags = { "managed-by": "isthmus", federation: "pangeo", site: "cascadia" };

let folder: string;
let stacks: ReadonlyMap<string, string>;
let engine: AwsEngine | string;
let aws: FakeEks;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-platform-"));
  engine = await awsEngine(folder);
  if (typeof engine === "string") return;
  stacks = exampleStacks(folder, "config/federations/clouds");
  aws = await FakeEks.start("111122223333", "us-west-2");
  await asGroundLeavesIt();
});
afterAll(async () => {
  await aws?.stop();
  rmSync(folder, { recursive: true });
});

/** What services and hubs look up: the cluster, the disk of homes, the zone. */
async function asGroundLeavesIt(): Promise<void> {
  const subnets = [...(await aws.action("ec2", "DescribeSubnets")).matchAll(/<subnetId>([^<]+)/g)].map(([, id]) => id);
  const roleArn = "arn:aws:iam::111122223333:role/control-plane";
  await aws.eks("/clusters", { name: "pangeo-cascadia", roleArn, resourcesVpcConfig: { subnetIds: subnets } });
  const named = {
    "TagSpecification.1.Tag.1.Key": "Name",
    "TagSpecification.1.Tag.1.Value": "pangeo-cascadia-homes-main",
  };
  const disk = { AvailabilityZone: "us-west-2a", Size: "8", "TagSpecification.1.ResourceType": "volume", ...named };
  await aws.action("ec2", "CreateVolume", disk);
  const zone = "<Name>pangeo.example</Name><CallerReference>tests</CallerReference>";
  const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">${zone}</CreateHostedZoneRequest>`;
  await aws.request("route53", "POST", "/2013-04-01/hostedzone", body);
}

/** A stack's parts on AWS, against the local API. */
async function onLocalApi(name: string): Promise<StackFolder> {
  const stack = awsStack(engine as AwsEngine, join(folder, name), stacks.get(name) ?? "", override, aws.environment);
  await stack.must("init", "-input=false");
  return stack;
}

test("every resource that AWS tags bears the site's tags, in each stack as the real provider plans it", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  for (const name of alone) {
    const stack = awsStack(engine, join(folder, "offline", name), stacks.get(name) ?? "", offline);
    await stack.must("init", "-input=false");
    const resources = await planned(stack);
    expect(resources).toHaveLength(resourcesOf(stacks.get(name) ?? "").size);
    expect(resources.filter(({ values }) => "tags_all" in values).length).toBeGreaterThan(2);
    expect(untagged(resources, tags), name).toEqual([]);
  }
});

test("services and hubs: the real provider accepts what of them is AWS's, makes it, and a second plan is empty", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  for (const [name, count] of Object.entries(standing)) {
    const stack = await onLocalApi(name);
    expect(JSON.parse(await stack.must("validate", "-json"))).toMatchObject({ valid: true, error_count: 0 });
    const resources = await planned(stack);
    expect(
      resources.filter(({ address }) => !address.startsWith("data.")),
      name,
    ).toHaveLength(count);
    expect(untagged(resources, tags), name).toEqual([]);
    await stack.must("apply", "-input=false", "plan.bin");
    expect(await stack.run("plan", "-input=false", "-detailed-exitcode"), name).toMatchObject({ status: 0 });
  }
});

test("each account of pods has the role that is named after it, and no other", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const path = "/clusters/pangeo-cascadia/pod-identity-associations";
  const { associations } = await aws.eks<{ associations: { associationId: string }[] }>(path);
  const each = associations.map(({ associationId }) =>
    aws.eks<{ association: Association }>(`${path}/${associationId}`),
  );
  const bound = (await Promise.all(each)).map(({ association: { namespace, serviceAccount, roleArn } }) => [
    `${namespace}/${serviceAccount}`,
    roleArn.split("/").at(-1),
  ]);
  expect(bound.sort()).toEqual([
    ["cascadia-agu-workshop/user-sa", "pangeo-cascadia-hub-agu-workshop"],
    ["cascadia-prod/user-sa", "pangeo-cascadia-hub-prod"],
    ["cascadia-services/cert-manager", "pangeo-cascadia-cert-manager"],
    ["cascadia-services/cluster-autoscaler", "pangeo-cascadia-cluster-autoscaler"],
    ["cascadia-services/external-dns", "pangeo-cascadia-external-dns"],
    ["cascadia-services/scratch-expiry", "pangeo-cascadia-scratch-expiry"],
  ]);
});

interface Association {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
}

test("all of it goes again", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  for (const name of Object.keys(standing)) {
    const stack = new StackFolder(engine, join(folder, name), aws.environment);
    await stack.must("destroy", "-auto-approve", "-input=false");
  }
  expect(await aws.action("iam", "ListRoles")).not.toContain("<RoleName>pangeo-cascadia-");
});
