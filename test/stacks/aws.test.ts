import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { awsSite } from "../../config/schema/aws-site";
import { bucketPolicy } from "../../constructs/aws/bucket-policy";
import { awsLakeStacks } from "../../stacks/aws/stacks";
import { lakeKeys } from "./lake-keys";
import { readableStack } from "./readable";
import { filesBelow, repository } from "./synth-demo";
import { type Change, stacksOfExample } from "./synth-example";

let folder: string;
let lakes: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-aws-"));
  lakes = stacksOf();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Synthesizes the example federation of lakes, perhaps with the text of a site changed: stack -> its JSON. */
function stacksOf(site = "cascadia", ...changes: readonly Change[]): Map<string, string> {
  return stacksOfExample(folder, "lakes", site, changes);
}

type Resources = Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;

/** Resources of a stack by type, and in it by the bucket or key that they are of. */
function resources(stacks: ReadonlyMap<string, string>, stack: string): Resources {
  const { resource } = JSON.parse(stacks.get(stack) ?? "{}") as { resource: Resources };
  const named = (of: object) => Object.fromEntries(Object.entries(of).map(([id, r]) => [id.split("_")[0], r]));
  return Object.fromEntries(Object.entries(resource).map(([type, of]) => [type, named(of)]));
}

test("two lakes: each stack as reviewed", async () => {
  expect([...lakes.keys()]).toEqual(["cascadia-lake", "fjord-lake"]);
  for (const [name, text] of lakes)
    await expect(readableStack(text)).toMatchFileSnapshot(join(repository, "test/golden/lakes", `${name}.json`));
  const golden = [...filesBelow(join(repository, "test/golden/lakes")).keys()];
  expect(golden).toEqual([...lakes.keys()].map((name) => `${name}.json`));
  expect([...lakes.values()].join("")).not.toContain("terraform_remote_state");
});

test("a bucket that exists is in no stack, and a lake of such buckets has none", () => {
  expect([...lakes.values()].join("")).not.toContain("cascadia-open-data");
  const buckets = /buckets:[\s\S]*?\n\n/.exec(
    readFileSync(join(repository, "config/federations/lakes/sites/fjord.yaml"), "utf8"),
  )?.[0] as string;
  const existing = "buckets: { public: { purpose: library, existing: fjord-open-data, public: true } }\n\n";
  expect([...stacksOf("fjord", [buckets, existing]).keys()]).toEqual(["cascadia-lake"]);
});

test("every bucket is closed to lists of rights, encrypted, and cleared of unfinished uploads", () => {
  for (const stack of lakes.keys()) {
    const of = resources(lakes, stack);
    for (const id of Object.keys(of.aws_s3_bucket ?? {})) {
      expect(of.aws_s3_bucket_ownership_controls?.[id]?.rule).toEqual({ object_ownership: "BucketOwnerEnforced" });
      expect(of.aws_s3_bucket_public_access_block?.[id]).toMatchObject({
        block_public_acls: true,
        ignore_public_acls: true,
      });
      expect(of.aws_s3_bucket_server_side_encryption_configuration?.[id]).toBeDefined();
      expect(JSON.stringify(of.aws_s3_bucket_lifecycle_configuration?.[id])).toContain("abort_incomplete_multipart");
      expect(of.aws_s3_bucket_policy?.[id]?.policy).toContain("aws:SecureTransport");
    }
  }
});

test("only scratch is emptied with its bucket, and loses objects by age, at three times its days; of others lists alone", () => {
  const of = resources(lakes, "cascadia-lake");
  const forced = Object.entries(of.aws_s3_bucket ?? {}).filter(([, bucket]) => bucket.force_destroy);
  expect(forced.map(([id]) => id)).toEqual(["scratch"]);
  const expiring = Object.entries(of.aws_s3_bucket_lifecycle_configuration ?? {}).flatMap(([id, { rule }]) =>
    (rule as { filter: object[]; expiration?: { days?: number }[] }[]).flatMap(({ filter, expiration }) =>
      (expiration ?? []).flatMap(({ days }) => (days === undefined ? [] : [[id, days, ...filter]])),
    ),
  );
  expect(expiring).toEqual([
    ["persistent", 60, { prefix: "_inventory/pangeo-cascadia-library/" }],
    ["scratch", 21, {}],
  ]);
});

test("anybody reads and lists what is public, and nobody else gets anything by the policy", () => {
  const nobody = { readers: [], copiers: [], listed: [], account: "111122223333" };
  const allowed = (open: boolean) =>
    bucketPolicy({ ...nobody, name: "b", public: open }).Statement.flatMap(({ Effect, Action }) =>
      Effect === "Allow" ? Action : [],
    );
  expect(allowed(false)).toEqual([]);
  expect(allowed(true)).toEqual(["s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject"]);
});

test("lists of a bucket go below a folder of another, which S3 alone writes, as it lists that bucket for that account", () => {
  const of = resources(lakes, "cascadia-lake");
  expect(of.aws_s3_bucket_inventory).toMatchObject({
    library: {
      included_object_versions: "All",
      schedule: { frequency: "Weekly" },
      destination: {
        bucket: {
          ...{ account_id: "111122223333", bucket_arn: "arn:aws:s3:::pangeo-cascadia-persistent" },
          ...{ format: "Parquet", prefix: "_inventory" },
        },
      },
      depends_on: [expect.stringMatching(/^aws_s3_bucket_policy\.persistent_policy_/)],
    },
  });
  const statement = {
    Sid: "WriteLists",
    Effect: "Allow",
    Action: "s3:PutObject",
    Resource: "arn:aws:s3:::pangeo-cascadia-persistent/_inventory/*",
    Principal: { Service: "s3.amazonaws.com" },
    Condition: {
      ArnLike: { "aws:SourceArn": ["arn:aws:s3:::pangeo-cascadia-library"] },
      StringEquals: { "aws:SourceAccount": "111122223333" },
    },
  };
  const policy = JSON.parse(`${of.aws_s3_bucket_policy?.persistent?.policy}`) as { Statement: object[] };
  expect(policy.Statement).toContainEqual(statement);
  const without = stacksOf("cascadia", [", inventory: { into: persistent }", ""]).get("cascadia-lake");
  expect(without).not.toMatch(/inventory|WriteLists/);
});

test("a key that encrypts the bucket with the lists lets S3 use it for them", () => {
  const drafts = "drafts: { purpose: library, keepVersionsDays: 90, ";
  const lists = "inventory: { into: lists, every: day, as: csv, keepDays: 9 }, ";
  const more = stacksOf("fjord", [drafts, `lists: { purpose: persistent }\n    ${drafts}${lists}`]);
  const { aws_kms_key, aws_s3_bucket_inventory } = resources(more, "fjord-lake");
  const { Statement } = JSON.parse(`${aws_kms_key?.key?.policy}`) as { Statement: { Sid: string }[] };
  expect(Statement.find(({ Sid }) => Sid === "WriteLists")).toMatchObject({
    Principal: { Service: "s3.amazonaws.com" },
    Action: "kms:GenerateDataKey",
    Condition: {
      ArnLike: { "aws:SourceArn": ["arn:aws:s3:::pangeo-fjord-drafts"] },
      StringEquals: { "aws:SourceAccount": "444455556666" },
    },
  });
  expect(aws_s3_bucket_inventory?.drafts).toMatchObject({
    schedule: { frequency: "Daily" },
    destination: { bucket: { format: "CSV" } },
  });
  expect(lakes.get("fjord-lake")).not.toContain("WriteLists");
});

test("what is public is not encrypted by a key of the account, which anonymous readers cannot use", () => {
  const encryption = resources(lakes, "fjord-lake").aws_s3_bucket_server_side_encryption_configuration;
  expect(JSON.stringify(encryption?.public)).toContain("AES256");
  expect(JSON.stringify(encryption?.drafts)).toContain("aws:kms");
});

test("a bucket that is added changes no other; a dataset that is added changes no stack", () => {
  const dataset = "  melt:\n    { title: Melt, bucket: library, path: melt, kind: zarr, license: CC-BY-4.0 }\n";
  expect(stacksOf("cascadia", ["datasets:\n", `datasets:\n${dataset}`])).toEqual(lakes);
  const before = JSON.parse(lakes.get("cascadia-lake") ?? "") as { resource: Resources };
  const more = stacksOf("cascadia", ["  buckets:\n", "  buckets:\n    notes: { purpose: persistent }\n"]);
  const after = JSON.parse(more.get("cascadia-lake") ?? "") as { resource: Resources };
  expect(after.resource).toMatchObject(before.resource);
  expect(Object.keys(after.resource.aws_s3_bucket ?? {})).toHaveLength(5);
});

test("no key of a site on AWS is accepted and in neither its stack nor the catalog", () => {
  const { all, dead } = lakeKeys({
    ...{ schema: awsSite, example: "lake-tarn", folder },
    stacks: (app, at, props) => (at.provider === "aws" ? awsLakeStacks(app, at, props) : []),
  });
  expect(all.length).toBeGreaterThan(30);
  expect(dead).toEqual([]);
});
