import { expect, test } from "vitest";
import { aws, faultsOf, google } from "../federation-of";

test("a bucket whose name would have google in it, in any spelling", () => {
  expect(faultsOf({ "sites/a.yaml": google("g00gle", "", "b: {purpose: library}") })).toEqual([
    "sites/a.yaml:6:18 google-names lake.buckets.b: its bucket would be named fed-g00gle-b, which Google Cloud does not take",
  ]);
});

test("any other name; a bucket elsewhere", () => {
  expect(faultsOf({ "sites/a.yaml": google("gogol", "", "b: {purpose: library}") })).toEqual([]);
  expect(faultsOf({ "sites/a.yaml": aws("google", "", "b: {purpose: library}") })).toEqual([]);
});
