import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { namedIn } from "../../../../bin/engine/found/named";
import { namedTypes } from "../../../../bin/engine/found/named-types";
import {
  accountOf,
  firstOf,
  leftoverLines,
  lookAddress,
  lookConfig,
  lookResult,
} from "../../../../bin/engine/found/tagged";
import { taggedTypes } from "../../../../bin/engine/found/tagged-types";
import type { PlanJson } from "../../../../bin/engine/guard";

const own = { "managed-by": "isthmus", federation: "pangeo", site: "cascadia" };
const provider = {
  aws: [
    { region: "us-west-2", allowed_account_ids: ["111122223333"], default_tags: [{ tags: { ...own, more: "x" } }] },
  ],
};
const named = (Name: string) => ({ tags: { Name } });
const stack = {
  provider,
  resource: {
    aws_vpc: { net: named("c") },
    aws_nat_gateway: { nat: named("c-nat") },
    aws_kms_key: { key: named("c-key") },
  },
};

const arn = (rest: string) => `arn:aws:ec2:us-west-2:111122223333:${rest}`;
const key = "arn:aws:kms:us-west-2:111122223333:key/k-1";

/** What the look answers: things by ARN and name, beside what the state holds. */
function looked(
  things: readonly (readonly [string, string])[],
  state: Readonly<Record<string, string>> = {},
): PlanJson {
  const list = things.map(([resource_arn, Name]) => ({ resource_arn, tags: { ...own, Name } }));
  const held = Object.entries(state).map(([address, id]) => ({ address, values: { id } }));
  const look = { address: lookAddress, values: { resource_tag_mapping_list: list } };
  return { prior_state: { values: { root_module: { resources: [look, ...held] } } } };
}

test("the look asks for the site's tags, and only where something could be found by them", () => {
  expect(lookConfig(stack)).toEqual({
    data: {
      aws_resourcegroupstaggingapi_resources: {
        isthmus: { tag_filter: Object.entries(own).map(([tag, value]) => ({ key: tag, values: [value] })) },
      },
    },
  });
  expect(lookConfig({ provider, resource: { aws_iam_role: { r: {} } } })).toBeUndefined();
  expect(lookConfig({ resource: stack.resource })).toBeUndefined();
});

test("what the state lacks and bears the name is taken, whatever else bears that name", () => {
  const things = [
    [arn("vpc/vpc-1"), "c"],
    [arn("subnet/subnet-1"), "c"],
    [arn("natgateway/nat-1"), "other"],
    [key, "c-key"],
  ] as const;
  const look = lookResult(looked(things), stack, stack);
  expect(firstOf(look, new Set())).toEqual([
    { address: "aws_vpc.net", id: "vpc-1" },
    { address: "aws_kms_key.key", id: "k-1" },
  ]);
  expect(look.leftovers).toEqual([]);
});

test("one of two may be gone: then it is the other", () => {
  const two = [
    [arn("vpc/vpc-1"), "c"],
    [arn("vpc/vpc-2"), "c"],
  ] as const;
  const look = lookResult(looked(two), stack, stack);
  expect(firstOf(look, new Set())).toEqual([{ address: "aws_vpc.net", id: "vpc-1" }]);
  expect(firstOf(look, new Set(["aws_vpc.net vpc-1"]))).toEqual([{ address: "aws_vpc.net", id: "vpc-2" }]);
  expect(firstOf(look, new Set(["aws_vpc.net vpc-1", "aws_vpc.net vpc-2"]))).toEqual([]);
});

test("what the state knows is not found again; a second one beside it is told by name, with what shows and removes it", () => {
  const things = [
    [arn("natgateway/nat-1"), "c-nat"],
    [arn("natgateway/nat-2"), "c-nat"],
  ] as const;
  const look = lookResult(looked(things, { "aws_nat_gateway.nat": "nat-1" }), stack, stack);
  expect(look.candidates.size).toBe(0);
  const [line = "", ...more] = leftoverLines(look.leftovers, "us-west-2");
  expect(more).toEqual([]);
  expect(line).toContain(`"c-nat", nat-2`);
  expect(line).toContain("`aws ec2 describe-nat-gateways --nat-gateway-ids nat-2 --region us-west-2`");
  expect(line).toContain("`aws ec2 delete-nat-gateway --nat-gateway-id nat-2 --region us-west-2`");
});

test("what has left the config since the apply that was cut off is told too", () => {
  const { aws_nat_gateway: _gone, ...rest } = stack.resource;
  const look = lookResult(looked([[arn("natgateway/nat-1"), "c-nat"]]), { provider, resource: rest }, stack);
  expect(look.candidates.size).toBe(0);
  expect(look.leftovers.map(({ id }) => id)).toEqual(["nat-1"]);
});

test("before a destroy, clusters and their groups are asked for by name, as far as the state does not know them", () => {
  const reference = ["$", "{aws_eks_cluster.c.name}"].join("");
  const resource = {
    aws_eks_cluster: { c: { name: "pangeo-cascadia" } },
    aws_eks_node_group: { n: { cluster_name: reference, node_group_name: "small-1" } },
    aws_budgets_budget: { b: { name: "pangeo-cascadia" } },
    aws_iam_role: { r: { name: "pangeo-cascadia-node" } },
  };
  expect(namedIn({ provider, resource }, new Set(["aws_iam_role.r"]))).toEqual([
    { address: "aws_eks_cluster.c", id: "pangeo-cascadia" },
    { address: "aws_eks_node_group.n", id: "pangeo-cascadia:small-1" },
    { address: "aws_budgets_budget.b", id: "111122223333:pangeo-cascadia" },
  ]);
});

/** Types of AWS whose second apply writes the same again without a word, or whose making takes over what is there. */
const repeatable = [
  "aws_autoscaling_group_tag",
  "aws_default_security_group",
  "aws_efs_backup_policy",
  "aws_efs_file_system_policy",
  "aws_eks_access_policy_association",
  "aws_iam_role_policy",
  "aws_iam_role_policy_attachment",
  "aws_s3_bucket_cors_configuration",
  "aws_s3_bucket_inventory",
  "aws_s3_bucket_lifecycle_configuration",
  "aws_s3_bucket_ownership_controls",
  "aws_s3_bucket_policy",
  "aws_s3_bucket_public_access_block",
  "aws_s3_bucket_replication_configuration",
  "aws_s3_bucket_request_payment_configuration",
  "aws_s3_bucket_server_side_encryption_configuration",
  "aws_s3_bucket_versioning",
];

/** Of EFS's mount targets the refusal tells no number, and they have no tags: docs/aws.md says what to do. */
const toldOnly = ["aws_efs_mount_target"];

/** The same of Google Cloud: rights of one member, and services that are switched on. */
const googleRepeatable = /^google_(?:\w+_iam_member|project_service)$/;

/** What has no name of ours there, or of which one that is left is of no use: docs/google.md says what to do. */
const googleToldOnly = [
  "google_billing_budget",
  "google_compute_disk_resource_policy_attachment",
  "google_kms_crypto_key",
  "google_monitoring_notification_channel",
  "google_storage_transfer_job",
];

const repository = join(__dirname, "../../../..");

/** Types of a cloud that constructs and stacks make, by the bindings that they load. */
function madeTypes(cloud: "aws" | "google"): Set<string> {
  const files = ["constructs", "stacks"].flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
  );
  const text = files.filter((path) => path.endsWith(".ts")).map((path) => readFileSync(join(repository, path), "utf8"));
  const names = text.flatMap((one) =>
    [...one.matchAll(new RegExp(`provider-${cloud}/lib/([a-z0-9-]+)`, "g"))].map(([, name = ""]) => name),
  );
  const resources = names.filter((name) => name !== "provider" && !name.startsWith("data-"));
  return new Set(resources.map((name) => `${cloud}_${name.replaceAll("-", "_")}`));
}

test("each type of AWS that a stack makes is in one of the tables, or can be written twice", () => {
  const known = [...Object.keys(namedTypes), ...taggedTypes.map(({ type }) => type), ...repeatable, ...toldOnly];
  expect(madeTypes("aws").size).toBeGreaterThan(30);
  expect([...madeTypes("aws")].filter((type) => !known.includes(type))).toEqual([]);
});

test("each type of Google Cloud that a stack makes has a name by which it is found, can be written twice, or is told of in the docs", () => {
  const made = [...madeTypes("google")].filter((type) => !googleRepeatable.test(type));
  const known = [...Object.keys(namedTypes).filter((type) => type.startsWith("google_")), ...googleToldOnly];
  expect(made.sort()).toEqual(known.sort());
});

interface Golden {
  readonly resource?: Readonly<Record<string, object>>;
  readonly provider: Readonly<Record<string, unknown>>;
}

const goldens = join(repository, "test/golden");
const stacks = readdirSync(goldens, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".json"))
  .map((path) => JSON.parse(readFileSync(join(goldens, path), "utf8")) as Golden);

test("each such thing of Google's in the examples says by itself what it is imported by, and no other of its type does", () => {
  const seen = new Set<string>();
  for (const { resource = {}, provider } of stacks)
    for (const [type, of] of Object.entries(resource).filter(([type]) => type.startsWith("google_"))) {
      const named = namedTypes[type];
      if (!named) continue;
      const ids = Object.values(of as Record<string, Readonly<Record<string, unknown>>>).map((after) =>
        named.importId({ after, said: "", account: accountOf({ provider }) }),
      );
      expect(ids, type).not.toContain(undefined);
      expect(new Set(ids).size, type).toBe(ids.length);
      seen.add(type);
    }
  expect(seen.size).toBeGreaterThan(12);
});

test("whatever has no name of its own bears a tag Name that no other of its type bears in its stack", () => {
  for (const { resource = {} } of stacks)
    for (const { type } of taggedTypes) {
      const all = Object.values((resource[type] ?? {}) as Record<string, { tags?: { Name?: string } }>);
      const names = all.map(({ tags }) => tags?.Name);
      expect(names, type).not.toContain(undefined);
      expect(new Set(names).size, type).toBe(names.length);
    }
});
