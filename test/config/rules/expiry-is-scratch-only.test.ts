import { expect, test } from "vitest";
import { faultsOf, hpc } from "../federation-of";

const bucket = (keys: string) => faultsOf({ "sites/a.yaml": hpc("a", 9000, `lake: {buckets: {b: {${keys}}}}\n`) });

test("an expiry on what is kept", () => {
  expect(bucket("purpose: library, expire: {days: 30}")).toEqual([
    "sites/a.yaml:7:40 expiry-is-scratch-only lake.buckets.b.expire: only scratch expires, and this bucket is library",
  ]);
  expect(bucket("purpose: persistent, expire: {days: 30}")).toHaveLength(1);
});

test("on scratch, or none", () => {
  expect(bucket("purpose: scratch, expire: {days: 30}")).toEqual([]);
  expect(bucket("purpose: scratch, expire: none")).toEqual([]);
  expect(bucket("purpose: library, expire: none")).toEqual([]);
});
