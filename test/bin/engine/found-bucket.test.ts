import { expect, test } from "vitest";
import { foundBuckets, importConfig, strangers, strangersText } from "../../../bin/engine/found-bucket";
import type { PlanJson } from "../../../bin/engine/guard";

const address = "aws_s3_bucket.library_bucket_1";
const found = [{ address, name: "pangeo-cascadia-library" }];
const own = { "managed-by": "isthmus", federation: "pangeo", site: "cascadia" };

const planned: PlanJson = {
  resource_changes: [
    {
      address,
      mode: "managed",
      type: "aws_s3_bucket",
      change: { actions: ["create"], after: { bucket: "pangeo-cascadia-library" } },
    },
    {
      address: "aws_s3_bucket_policy.library_policy_1",
      mode: "managed",
      type: "aws_s3_bucket_policy",
      change: { actions: ["create"], after: { bucket: "pangeo-cascadia-library" } },
    },
  ],
};

const error = (said: string, of = address) => ({
  summary: `creating S3 Bucket (pangeo-cascadia-library): ${said}`,
  detail: "",
  address: of,
});

test.each([
  "operation error S3: CreateBucket, https response error StatusCode: 409, BucketAlreadyOwnedByYou: ",
  "BucketAlreadyExists",
])("a bucket is found there by the words %s", (said) => {
  expect(foundBuckets([error(said)], planned)).toEqual(found);
});

test.each([
  ["another failure", error("operation error S3: CreateBucket, 403, AccessDenied")],
  ["a failure of something else", error("BucketAlreadyExists", "aws_s3_bucket_policy.library_policy_1")],
  ["a failure without a place", { summary: "BucketAlreadyExists", detail: "" }],
])("%s finds none", (_, failure) => {
  expect(foundBuckets([failure], planned)).toEqual([]);
});

test("the engine imports it by its name and looks for an object in it", () => {
  expect(importConfig(found)).toEqual({
    import: [{ to: address, id: "pangeo-cascadia-library" }],
    data: { aws_s3_objects: { library_bucket_1: { bucket: "pangeo-cascadia-library", max_keys: 1 } } },
  });
});

/** The plan that imports it, with its tags and what the look has found. */
function importing(tags: object, keys?: readonly string[]): PlanJson {
  const look = { address: "data.aws_s3_objects.library_bucket_1", values: { keys } };
  return {
    resource_changes: [
      {
        address,
        mode: "managed",
        type: "aws_s3_bucket",
        change: { actions: ["update"], before: { tags_all: tags }, after: { tags_all: { ...own, bucket: "library" } } },
      },
    ],
    ...(keys ? { prior_state: { values: { root_module: { resources: [look] } } } } : {}),
  };
}

test("it is the site's by its tags, whatever it holds, or bare: without a tag and an object", () => {
  expect(strangers(found, importing({ ...own, more: "x" }, ["era5/zarr.json"]))).toEqual([]);
  expect(strangers(found, importing({}, []))).toEqual([]);
});

test.each([
  ["without tags, with an object", {}, ["era5/zarr.json"]],
  ["another site's, though empty", { ...own, site: "fjord" }, []],
  ["another federation's", { ...own, federation: "other" }, []],
  ["somebody's, though empty", { owner: "finance" }, []],
  ["without tags, and nobody looked into it", {}, undefined],
])("one that is %s is a stranger", (_, tags, keys) => {
  expect(strangers(found, importing(tags, keys))).toEqual(found);
});

test("a stranger is named, with what can be done", () => {
  expect(strangersText(found)).toMatch(/tags of this site \(managed-by, federation, site\)/);
  expect(strangersText(found)).toMatch(/\n {2}pangeo-cascadia-library\n.*existing: NAME/);
});
