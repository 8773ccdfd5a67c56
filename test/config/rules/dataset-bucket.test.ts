import { expect, test } from "vitest";
import { hpc, load, plain } from "../federation-of";

const site = (bucket: string) =>
  hpc(
    "a",
    9000,
    `lake: {buckets: {scratch: {purpose: scratch}, library: {purpose: library, public: true}}}\ndatasets: {d: {${plain}, bucket: ${bucket}, path: p}}\n`,
  );

test("a bucket that is not there", () => {
  expect(load({ "sites/a.yaml": site("libary") }).faults).toMatchObject([
    {
      code: "dataset-bucket",
      line: 8,
      path: "datasets.d.bucket",
      message: "the site has no such bucket",
      got: "libary",
      allowed: "library",
      fix: 'did you mean "library"?',
    },
  ]);
});

test("a bucket that expires", () => {
  expect(load({ "sites/a.yaml": site("scratch") }).faults).toMatchObject([
    {
      code: "dataset-bucket",
      message: "a dataset lies in a library, and this bucket is scratch",
      allowed: "library",
      fix: "name a bucket of purpose library",
    },
  ]);
});

test("a library", () => {
  expect(load({ "sites/a.yaml": site("library") }).faults).toEqual([]);
});
