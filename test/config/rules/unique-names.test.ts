import { expect, test } from "vitest";
import { faultsOf, hpc, plain, store } from "../federation-of";

const library = "lake: {buckets: {library: {purpose: library, public: true}}}\n";
const dataset = (id: string, path: string) => `datasets: {${id}: {${plain}, bucket: library, path: ${path}}}\n`;

test("two sites with one id", () => {
  const faults = faultsOf({ "sites/a.yaml": hpc("a", 9000), "sites/b.yaml": hpc("a", 9100) });
  expect(faults).toEqual(["sites/b.yaml:1:7 unique-names site: this site id is taken by sites/a.yaml:1"]);
});

test("two datasets with one id, at different sites", () => {
  const a = hpc("a", 9000, library + dataset("sst", "x"));
  expect(faultsOf({ "sites/a.yaml": a, "sites/b.yaml": hpc("b", 9100, library + dataset("sst", "y")) })).toEqual([
    "sites/b.yaml:8:12 unique-names datasets.sst: the dataset id sst is taken by site a",
  ]);
  expect(faultsOf({ "sites/a.yaml": a, "sites/b.yaml": hpc("b", 9100, library + dataset("sst2", "x")) })).toEqual([]);
});

test("two computed bucket names that are equal", () => {
  const a = hpc("a", 9000, "lake: {buckets: {b-c: {purpose: scratch}}}\n");
  const b = (bucket: string) => hpc("a-b", 9100, `lake: {buckets: {c: {purpose: scratch${bucket}}}}\n`);
  expect(faultsOf({ "sites/a.yaml": a, "sites/b.yaml": b("") })).toEqual([
    "sites/b.yaml:7:18 unique-names lake.buckets.c: its bucket would be named fed-a-b-c, like bucket b-c of site a",
  ]);
  expect(faultsOf({ "sites/a.yaml": a, "sites/b.yaml": b(", existing: other") })).toEqual([]);
});

test("one bucket named twice at a site, but not at two", () => {
  const twice =
    "lake: {buckets: {x: {purpose: library, existing: pod, public: true}, y: {purpose: library, existing: pod, public: true}}}\ndatasets: {}\n";
  const once = "lake: {buckets: {x: {purpose: library, existing: pod, public: true}}}\ndatasets: {}\n";
  expect(faultsOf({ "sites/a.yaml": store("a", twice) })).toEqual([
    "sites/a.yaml:6:70 unique-names lake.buckets.y: it is the same bucket, pod, as bucket x of this site",
  ]);
  expect(faultsOf({ "sites/a.yaml": store("a", once), "sites/b.yaml": store("b", once) })).toEqual([]);
  const made = "lake: {buckets: {x: {purpose: scratch}, y: {purpose: library, existing: fed-a-x}}}\n";
  expect(faultsOf({ "sites/a.yaml": hpc("a", 9000, made) })).toEqual([
    "sites/a.yaml:7:41 unique-names lake.buckets.y: it is the same bucket, fed-a-x, as bucket x of this site",
  ]);
});

test("two stacks of one name", () => {
  const hubs = (id: string, ports: number) => `hubs: {${id}: {ports: ${ports}}}\n`;
  expect(
    faultsOf({ "sites/a.yaml": hpc("a", 9000, hubs("b-c", 9010)), "sites/b.yaml": hpc("a-b", 9100, hubs("c", 9110)) }),
  ).toEqual(["sites/b.yaml:7:8 unique-names hubs.c: its stack would be named a-b-c, like hub b-c of site a"]);
  expect(faultsOf({ "sites/a.yaml": hpc("a", 9000, hubs("b-base", 9010)), "sites/b.yaml": hpc("a-b", 9100) })).toEqual([
    "sites/b.yaml:1:1 unique-names site: its stack would be named a-b-base, like hub b-base of site a",
  ]);
  expect(
    faultsOf({ "sites/a.yaml": hpc("a", 9000, hubs("c", 9010)), "sites/b.yaml": hpc("b", 9100, hubs("c", 9110)) }),
  ).toEqual([]);
});
