import { expect, test } from "vitest";
import { aws, faultsOf, google, plain } from "../federation-of";

const faults = (keys: string, kind = "zarr") =>
  faultsOf({
    "sites/a.yaml": aws(
      "a",
      `datasets: {d: {${plain.replace("zarr", kind)}, bucket: l, path: p}}\n`,
      `l: {purpose: library, public: true, coldAfterDays: 90}, b: {${keys}}`,
    ),
  });

test("scratch, or a bucket with an Icechunk repository", () => {
  expect(faults("purpose: scratch, coldAfterDays: 3", "icechunk")).toEqual([
    "sites/a.yaml:6:69 cold-tier lake.buckets.l.coldAfterDays: d lies in it, an Icechunk repository: which chunks are old, their age does not tell",
    "sites/a.yaml:6:111 cold-tier lake.buckets.b.coldAfterDays: what is in scratch expires",
  ]);
});

test("users' own, or Zarr", () => {
  expect(faults("purpose: persistent, coldAfterDays: 90")).toEqual([]);
});

test("the same on Google Cloud", () => {
  const site = google("a", "", "b: {purpose: scratch, coldAfterDays: 30}");
  expect(faultsOf({ "sites/a.yaml": site })).toEqual([
    "sites/a.yaml:6:55 cold-tier lake.buckets.b.coldAfterDays: what is in scratch expires",
  ]);
});
