import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { catalogOf } from "../../bin/catalog-files";
import { targetVersions } from "../../bin/synth";
import { resolveFederation } from "../../config/resolve/federation";
import { rules } from "../../config/rules/all";
import { awsSite } from "../../config/schema/aws-site";
import { bucketPolicy } from "../../constructs/aws/bucket-policy";
import { awsLakeStacks } from "../../stacks/aws/stacks";
import { askedExample, leaves } from "../fuzz/dead-keys";
import { examples } from "../fuzz/examples";
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

test("only scratch is emptied with its bucket, and only scratch loses objects by age, at three times its days", () => {
  const of = resources(lakes, "cascadia-lake");
  const forced = Object.entries(of.aws_s3_bucket ?? {}).filter(([, bucket]) => bucket.force_destroy);
  expect(forced.map(([id]) => id)).toEqual(["scratch"]);
  const expiring = Object.entries(of.aws_s3_bucket_lifecycle_configuration ?? {}).flatMap(([id, { rule }]) =>
    (rule as { expiration?: { days?: number }[] }[]).flatMap(({ expiration }) =>
      (expiration ?? []).flatMap(({ days }) => (days === undefined ? [] : [[id, days]])),
    ),
  );
  expect(expiring).toEqual([["scratch", 21]]);
});

test("anybody reads and lists what is public, and nobody else gets anything by the policy", () => {
  const allowed = (open: boolean) =>
    bucketPolicy({ name: "b", public: open, readers: [], copiers: [] }).Statement.flatMap(({ Effect, Action }) =>
      Effect === "Allow" ? Action : [],
    );
  expect(allowed(false)).toEqual([]);
  expect(allowed(true)).toEqual(["s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject"]);
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

const { federation, alive } = askedExample("cluster", awsSite);

/** All that a site's stacks and its catalog hold; nothing where a rule would refuse the site. */
function synthesized(site: unknown): string | undefined {
  const config = awsSite.safeParse(site);
  if (!config.success) return undefined;
  const resolved = resolveFederation(federation, [config.data]);
  const context = { faultySites: [], directory: folder, told: () => true };
  const found = rules.flatMap((rule) => rule.check(resolved, context).filter(({ path }) => path[0] !== "servedBy"));
  if (found.length > 0) return undefined;
  const output = join(folder, "dead-keys");
  const app = new App({ outdir: output, context: { targetVersions } });
  const catalog = catalogOf({ federation: resolved, directory: folder });
  const props = { federation: resolved, catalog, places: { config: folder, output } };
  const stacks = resolved.sites.flatMap((at) => (at.provider === "aws" ? awsLakeStacks(app, at, props) : []));
  return JSON.stringify([stacks.map((stack) => stack.toTerraform()), ...catalog]);
}

test("no key of a site on AWS is accepted and in neither its stack nor the catalog", () => {
  const { files } = examples.find(({ name }) => name === "rich") as (typeof examples)[number];
  const site = parse(`${files.get("sites/lake-tarn.yaml")}`) as Record<string, unknown>;
  const all = leaves(awsSite, site, "site", []);
  expect(all.length).toBeGreaterThan(30);
  const living = new Set(all.flatMap((leaf) => (alive(site, leaf, synthesized) ? [leaf.key] : [])));
  expect(all.flatMap(({ key }) => (living.has(key) ? [] : [key]))).toEqual([]);
});
