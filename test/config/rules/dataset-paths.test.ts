import { expect, test } from "vitest";
import { faultsOf, hpc, plain } from "../federation-of";

const buckets = "lake: {buckets: {l: {purpose: library, public: true}, m: {purpose: library, public: true}}}\n";
const site = (id: string, port: number, ...datasets: [string, string][]) =>
  hpc(
    id,
    port,
    `${buckets}datasets:\n${datasets.map(([bucket, path], i) => `  ${id}${i}: {${plain}, bucket: ${bucket}, path: ${path}}\n`).join("")}`,
  );
const paths = (...datasets: [string, string][]) => faultsOf({ "sites/a.yaml": site("a", 9000, ...datasets) });

test("one store twice, or a store in another", () => {
  expect(paths(["l", "era5"], ["l", "era5"])).toEqual([
    "sites/a.yaml:10:65 dataset-paths datasets.a1.path: this is the path of dataset a0",
  ]);
  expect(paths(["l", "era5"], ["l", "era5/daily"])).toEqual([
    "sites/a.yaml:10:65 dataset-paths datasets.a1.path: it overlaps with era5, the path of dataset a0",
  ]);
  expect(paths(["l", "era5/daily"], ["l", "era5"])).toHaveLength(1);
});

test("side by side, in two buckets, or at two sites", () => {
  expect(paths(["l", "era5"], ["l", "era5-daily"], ["m", "era5"])).toEqual([]);
  expect(
    faultsOf({ "sites/a.yaml": site("a", 9000, ["l", "x"]), "sites/b.yaml": site("b", 9100, ["l", "x"]) }),
  ).toEqual([]);
});
