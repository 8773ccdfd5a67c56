import { expect, test } from "vitest";
import { aws, faultsOf, google } from "../federation-of";

const bucket = (keys: string) => faultsOf({ "sites/a.yaml": aws("a", "", `b: {${keys}}`) });

test("what only the making of a bucket can set, on one that exists", () => {
  expect(bucket("purpose: library, existing: old-data, keepVersionsDays: none, coldAfterDays: 9")).toEqual([
    "sites/a.yaml:6:78 existing-buckets lake.buckets.b.keepVersionsDays: the bucket exists, and nothing of it is changed",
    "sites/a.yaml:6:99 existing-buckets lake.buckets.b.coldAfterDays: the bucket exists, and nothing of it is changed",
  ]);
});

test("on one that is made; what is said of one that exists", () => {
  expect(bucket("purpose: library, keepVersionsDays: none, coldAfterDays: 9")).toEqual([]);
  expect(bucket("purpose: library, existing: old-data, public: true")).toEqual([]);
});

test("the same on Google Cloud, soft deletion and usage logs included", () => {
  const site = google(
    "a",
    "",
    "b: {purpose: library, existing: old-data, softDeleteDays: 9, usageLogs: {into: p}}, p: {purpose: persistent}",
  );
  expect(faultsOf({ "sites/a.yaml": site })).toEqual([
    "sites/a.yaml:6:76 existing-buckets lake.buckets.b.softDeleteDays: the bucket exists, and nothing of it is changed",
    "sites/a.yaml:6:79 existing-buckets lake.buckets.b.usageLogs: the bucket exists, and nothing of it is changed",
  ]);
});
