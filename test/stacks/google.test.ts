import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { googleSite } from "../../config/schema/google-site";
import { googleLakeStacks } from "../../stacks/google/stacks";
import { lakeKeys } from "./lake-keys";
import { readableStack } from "./readable";
import { filesBelow, repository } from "./synth-demo";
import { type Change, resourcesOf, stacksOfExample } from "./synth-example";

let folder: string;
let stacks: ReadonlyMap<string, string>;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-google-"));
  stacks = stacksOf();
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Condition {
  readonly age?: number;
  readonly matches_prefix?: readonly string[];
}

/** Synthesizes the example federation on Google Cloud, perhaps with the text of its lake changed: stack -> its JSON. */
function stacksOf(...changes: readonly Change[]): Map<string, string> {
  return stacksOfExample(folder, "google", "prairie", changes);
}

/** Buckets of the lake by id. */
function buckets(of = stacks): Record<string, Record<string, unknown>> {
  const all = Object.values(resourcesOf(of, "prairie-lake", "google_storage_bucket"));
  return Object.fromEntries(all.map((bucket) => [(bucket.labels as { bucket: string }).bucket, bucket]));
}

test("a federation on Google Cloud: each stack as reviewed", async () => {
  for (const [name, text] of stacks)
    await expect(readableStack(text)).toMatchFileSnapshot(join(repository, "test/golden/google", `${name}.json`));
  const golden = [...filesBelow(join(repository, "test/golden/google")).keys()];
  expect(golden).toEqual([...stacks.keys()].map((name) => `${name}.json`));
  expect([...stacks.values()].join("")).not.toContain("terraform_remote_state");
});

test("labels that costs are told by are on everything, as they are written", () => {
  expect(JSON.parse(stacks.get("prairie-lake") ?? "").provider.google).toMatchObject([
    { default_labels: { "cost-centre": "4711", "managed-by": "isthmus", federation: "pangeo", site: "prairie" } },
  ]);
});

test("a bucket that exists is in no stack", () => {
  expect(Object.keys(buckets()).sort()).toEqual(["drafts", "ice", "library", "persistent", "scratch"]);
  expect([...stacks.values()].join("")).not.toContain("prairie-open-data");
});

test("every bucket is closed to lists of rights on objects, in its region, and cleared of unfinished uploads", () => {
  for (const bucket of Object.values(buckets())) {
    expect(bucket).toMatchObject({ uniform_bucket_level_access: true, location: "EUROPE-WEST4" });
    expect(bucket.lifecycle_rule).toContainEqual({
      action: { type: "AbortIncompleteMultipartUpload" },
      condition: { age: 7 },
    });
  }
});

test("only what is public can be opened to anybody, and is: to get and to list", () => {
  const of = buckets();
  const kept = (want: string) => Object.keys(of).filter((id) => of[id]?.public_access_prevention === want);
  expect(kept("inherited").sort()).toEqual(["ice", "library"]);
  expect(kept("enforced").sort()).toEqual(["drafts", "persistent", "scratch"]);
  const all = Object.values(resourcesOf(stacks, "prairie-lake", "google_storage_bucket_iam_member"));
  // what jobs that copy may do is in google-copies.test.ts; who writes logs, below
  const rights = all.filter(({ member }) => !/transfer|^group:/.test(`${member}`));
  expect(rights.map(({ member, role }) => [member, role])).toEqual(
    ["library", "ice"].map(() => ["allUsers", "roles/storage.objectViewer"]),
  );
});

test("use of a bucket is logged in another one, which Google may write to by then, and where logs go by age and nothing else does", () => {
  const of = buckets();
  const [[right = "", member] = []] = Object.entries(
    resourcesOf(stacks, "prairie-lake", "google_storage_bucket_iam_member"),
  ).filter(([, one]) => `${one.member}`.startsWith("group:"));
  const bucket = Object.keys(resourcesOf(stacks, "prairie-lake", "google_storage_bucket")).find((one) =>
    one.startsWith("bucket-persistent"),
  );
  const name = `\${google_storage_bucket.${bucket}.name}`;
  expect(member).toMatchObject({
    bucket: name,
    role: "roles/storage.objectCreator",
    member: "group:cloud-storage-analytics@google.com",
  });
  expect(of.library).toMatchObject({
    logging: { log_bucket: name, log_object_prefix: "_usage/pangeo-prairie-library/log" },
    depends_on: expect.arrayContaining([`google_storage_bucket_iam_member.${right}`]),
  });
  expect(of.persistent?.lifecycle_rule).toContainEqual({
    action: { type: "Delete" },
    condition: { age: 60, with_state: "LIVE", matches_prefix: ["_usage/pangeo-prairie-library/"] },
  });
  expect(Object.keys(of).filter((id) => of[id]?.logging !== undefined)).toEqual(["library"]);
});

test("only scratch is emptied with its bucket, and only scratch loses objects by age, at three times its days", () => {
  const of = buckets();
  expect(Object.keys(of).filter((id) => of[id]?.force_destroy)).toEqual(["scratch"]);
  const aged = Object.entries(of).flatMap(([id, { lifecycle_rule }]) =>
    (lifecycle_rule as { action: { type: string }; condition: Condition }[]).flatMap(({ action, condition }) =>
      action.type === "Delete" && condition.age !== undefined && !condition.matches_prefix ? [[id, condition.age]] : [],
    ),
  );
  expect(aged).toEqual([["scratch", 9]]);
});

test("what is public is not encrypted by a key of the project, which anonymous readers cannot use", () => {
  const keyed = Object.entries(buckets()).filter(([, bucket]) => bucket.encryption !== undefined);
  expect(keyed.map(([id]) => id).sort()).toEqual(["drafts", "persistent", "scratch"]);
});

test("without a key of its own and copies of others' data a lake looks nothing up, so it plans without an account", () => {
  const lookedUp = (stack: string, of = stacks) =>
    Object.keys((JSON.parse(of.get(stack) ?? "{}") as { readonly data?: object }).data ?? {});
  const agent = "google_storage_transfer_project_service_account";
  expect(lookedUp("prairie-lake")).toEqual(["google_storage_project_service_account", agent]);
  expect(lookedUp("prairie-lake", stacksOf(["encryption: { kind: kms }", "encryption: { kind: google }"]))).toEqual([
    agent,
  ]);
  for (const lake of ["plains-lake", "steppe-lake"]) expect(lookedUp(lake)).toEqual([]);
});

test("a bucket that is added changes no other", () => {
  const more = buckets(stacksOf(["  buckets:\n", "  buckets:\n    notes: { purpose: persistent }\n"]));
  expect(more).toMatchObject(buckets());
  expect(Object.keys(more)).toHaveLength(6);
});

test("no key of a site on Google Cloud is accepted and in neither its stack nor the catalog", () => {
  const { all, dead } = lakeKeys({
    ...{ schema: googleSite, example: "lake-moor", folder },
    stacks: (app, at, props) => (at.provider === "google" ? googleLakeStacks(app, at, props) : []),
  });
  expect(all.length).toBeGreaterThan(30);
  expect(dead).toEqual([]);
});
