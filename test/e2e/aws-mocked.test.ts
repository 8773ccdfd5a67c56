import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AwsEngine, awsEngine, override } from "../aws/engine";
import { type Equal, madeUnderTest, roleArn } from "../aws/mocked";
import { resourcesOf } from "../aws/policies";
import { awsStack } from "../aws/stack-folder";
import { exampleStacks } from "../stacks/synth-example";

let folder: string;
let stacks: ReadonlyMap<string, string>;
let engine: AwsEngine | string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-mocked-"));
  engine = await awsEngine(folder);
  if (typeof engine !== "string") stacks = exampleStacks(folder, "config/federations/clouds");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes what of a stack is AWS's with nothing behind the provider: the providers of Helm and Kubernetes are not at hand. */
async function made(name: string, equal: readonly Equal[]) {
  const json = stacks.get(name) ?? "";
  const stack = awsStack(engine as AwsEngine, join(folder, "tests", name), json, { terraform: override.terraform });
  await stack.must("init", "-backend=false", "-input=false");
  return madeUnderTest(stack, json, equal);
}

/** Addresses of a stack's resources of one type whose name begins so. */
function addresses(stack: string, type: string, name = ""): string[] {
  const found = [...resourcesOf(stacks.get(stack) ?? "{}").keys()].filter((at) => at.startsWith(`${type}.${name}`));
  if (found.length === 0) throw new Error(`${stack} has no ${type}.${name}`);
  return found;
}

const text = (value: unknown) => JSON.stringify(value);
const role = (name: string) => text(roleArn(`pangeo-cascadia-${name}`));

/** What must be once all is made: a bucket's policy is of that bucket, a pool's nodes are in that zone. */
const expected: Readonly<Record<string, () => Equal[]>> = {
  "cascadia-lake": () =>
    ["drafts", "library", "persistent", "scratch"].flatMap((id) => {
      const bucket = text(`pangeo-cascadia-${id}`);
      const of = ["policy", "lifecycle_configuration", "public_access_block", "ownership_controls"].flatMap((what) =>
        addresses("cascadia-lake", `aws_s3_bucket_${what}`, `${id}_`),
      );
      const [policy = ""] = of;
      return [
        ...of.map((at): Equal => [`${at}.bucket`, bucket]),
        [`jsondecode(${policy}.policy).Statement[0].Resource[0]`, text(`arn:aws:s3:::pangeo-cascadia-${id}`)],
      ];
    }),
  "cascadia-homes": () => [
    [
      'aws_dlm_lifecycle_policy.main-snapshots.policy_details[0].target_tags["Name"]',
      'aws_ebs_volume.main.tags["Name"]',
    ],
    ["aws_dlm_lifecycle_policy.main-snapshots.execution_role_arn", role("snapshots")],
  ],
  "cascadia-cluster": () => [...controlPlane(), ...nodes(), ...ways(), ...addOns()],
  "cascadia-services": () => [
    ...[
      "autoscaler/cluster-autoscaler",
      "cert-manager/cert-manager",
      "external-dns/external-dns",
      "/scratch-expiry",
    ].flatMap((one) => {
      const [id = "", name = ""] = one.split("/");
      return podRole("cascadia-services", id === "" ? "identity" : `${id}-identity`, name);
    }),
    ...["cert-manager", "external-dns"].map((id): Equal => {
      const [policy = ""] = addresses("cascadia-services", "aws_iam_role_policy", `${id}-identity`);
      return [`jsondecode(${policy}.policy).Statement[0].Resource`, text("arn:aws:route53:::hostedzone/Z0MOCKED")];
    }),
  ],
  "cascadia-prod": () => podRole("cascadia-prod", "identity", "hub-prod"),
  "cascadia-agu-workshop": () => podRole("cascadia-agu-workshop", "identity", "hub-agu-workshop"),
  "cascadia-catalog": () => [["data.aws_eks_cluster.cluster.name", text("pangeo-cascadia")]],
};

/** A role of pods: what binds it binds that one, and its rights are its own. */
function podRole(stack: string, id: string, name: string): Equal[] {
  const [association = ""] = addresses(stack, "aws_eks_pod_identity_association", `${id}_`);
  const [policy = ""] = addresses(stack, "aws_iam_role_policy", `${id}_`);
  return [
    [`${association}.role_arn`, role(name)],
    [`${policy}.role`, text(`pangeo-cascadia-${name}`)],
  ];
}

function controlPlane(): Equal[] {
  const [cluster = ""] = addresses("cascadia-cluster", "aws_eks_cluster");
  const [key = ""] = addresses("cascadia-cluster", "aws_kms_key");
  const subnets = ["us-west-2a", "us-west-2b"].map((zone) => `pangeo-cascadia-private-${zone}`);
  return [
    [`${cluster}.role_arn`, role("control-plane")],
    [`toset(${cluster}.vpc_config[0].subnet_ids)`, `toset(${text(subnets)})`],
    [`${cluster}.encryption_config[0].provider[0].key_arn`, `${key}.arn`],
  ];
}

function nodes(): Equal[] {
  const first = text(["pangeo-cascadia-private-us-west-2a"]);
  const groups = addresses("cascadia-cluster", "aws_eks_node_group").flatMap((group): Equal[] => [
    [`${group}.node_role_arn`, role("node")],
    [`${group}.launch_template[0].version`, text("7")],
    ...(group.includes(".gpu-") ? [] : [[`toset(${group}.subnet_ids)`, `toset(${first})`] as const]),
  ]);
  const tags = addresses("cascadia-cluster", "aws_autoscaling_group_tag").map(
    (tag): Equal => [`${tag}.autoscaling_group_name`, text("mocked-machines")],
  );
  return [...groups, ...tags];
}

/** Nodes reach the internet by a gateway that is in a public subnet. */
function ways(): Equal[] {
  const [nat = ""] = addresses("cascadia-cluster", "aws_nat_gateway");
  const routes = addresses("cascadia-cluster", "aws_route", "network_private");
  return [
    [`${nat}.subnet_id`, text("pangeo-cascadia-public-us-west-2a")],
    ...routes.map((route): Equal => [`${route}.nat_gateway_id`, `${nat}.id`]),
  ];
}

function addOns(): Equal[] {
  return ["vpc-cni", "aws-ebs-csi-driver"].map((name): Equal => {
    const [addOn = ""] = addresses("cascadia-cluster", "aws_eks_addon", `add-ons_${name}_`);
    return [`one(${addOn}.pod_identity_association).role_arn`, role(name)];
  });
}

test("every stack of a site is made whole with its provider mocked, and what refers to something refers to the right one", async ({
  skip,
}) => {
  if (typeof engine === "string") return skip(engine);
  expect([...stacks.keys()].sort()).toEqual(Object.keys(expected).sort());
  for (const [name, equal] of Object.entries(expected)) {
    const { status, text: told } = await made(name, equal());
    expect(status, told).toBe(0);
    expect(told).toContain("Success! 1 passed, 0 failed.");
  }
});

test("what is not so is told with the value that is there", async ({ skip }) => {
  if (typeof engine === "string") return skip(engine);
  const { status, text: told } = await made("cascadia-homes", [["aws_ebs_volume.main.size", "1"]]);
  expect(status).toBe(1);
  expect(told).toContain("aws_ebs_volume.main.size is not 1");
});
