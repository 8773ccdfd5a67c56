import { expect, test } from "vitest";
import { faultsOf, hpc, plain } from "../federation-of";

/** Faults of this rule alone: what is not public has no readers yet, and other rules say so. */
function audience(buckets: string, ...datasets: string[]): string[] {
  const rows = datasets.map((d, i) => `  d${i}: {${plain}, path: p${i}, ${d}}\n`).join("");
  const rest = `lake: {buckets: {${buckets}}}\ndatasets:\n${rows}`;
  return faultsOf({ "sites/a.yaml": hpc("a", 9000, rest) }).filter((f) => f.includes(" bucket-audience "));
}

test("a public dataset in a bucket that is not", () => {
  expect(audience("library: {purpose: library}", "bucket: library")).toEqual([
    "sites/a.yaml:9:3 bucket-audience datasets.d0.access: a public dataset, but the bucket library is not public",
  ]);
});

test("a dataset for some in a public bucket", () => {
  expect(
    audience("library: {purpose: library, public: true}", "bucket: library, access: federation", "bucket: library"),
  ).toEqual([
    "sites/a.yaml:9:83 bucket-audience datasets.d0.access: the bucket library is public: anybody reads and lists all that is in it",
  ]);
});

test("two audiences in one bucket", () => {
  const [federation, some] = ["bucket: l, access: federation", "bucket: l, access: {sites: [a, b]}"];
  expect(audience("l: {purpose: library}", federation, some)).toEqual([
    "sites/a.yaml:10:69 bucket-audience datasets.d1.access: another audience than d0 has, which lies in the same bucket",
  ]);
  expect(
    audience("l: {purpose: library}, m: {purpose: library}", federation, "bucket: m, access: {sites: [a]}"),
  ).toEqual([]);
  expect(audience("l: {purpose: library}", some, "bucket: l, access: {sites: [b, a]}")).toEqual([]);
});

test("a public bucket of users' own", () => {
  expect(audience("s: {purpose: scratch, public: true}, p: {purpose: persistent, public: true}")).toEqual([
    "sites/a.yaml:7:48 bucket-audience lake.buckets.s.public: a scratch bucket cannot be public: what users write there is theirs",
    "sites/a.yaml:7:88 bucket-audience lake.buckets.p.public: a persistent bucket cannot be public: what users write there is theirs",
  ]);
  expect(audience("s: {purpose: scratch, public: false}, l: {purpose: library, public: true}", "bucket: l")).toEqual(
    [],
  );
});
