import { expect, test } from "vitest";
import { clusterYaml, faultsOf, hpc, kubernetes, mainHome, plain, store } from "../federation-of";

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

test("two hosts of one name", () => {
  const two = (b: string, hubs = "") =>
    faultsOf({
      "federation.yaml": clusterYaml,
      "sites/a.yaml": kubernetes("a", `${mainHome}${hubs}`),
      "sites/b.yaml": kubernetes("b").replace("b.fed.example", b),
    });
  expect(two("a.fed.example")).toEqual([
    "sites/b.yaml:4:1 unique-names domain: its host would be a.fed.example, like the portal of site a",
    "sites/b.yaml:4:1 unique-names domain: its host would be data.a.fed.example, like the data of site a",
  ]);
  expect(two("prod.a.fed.example", "hubs: {prod: {}}\n")).toEqual([
    "sites/b.yaml:4:1 unique-names domain: its host would be prod.a.fed.example, like hub prod of site a",
  ]);
  expect(two("b.fed.example", "hubs: {prod: {}}\n")).toEqual([]);
});

test("two institutions that the issuer cannot tell apart", () => {
  const faults = (entity: string) =>
    faultsOf({
      "federation.yaml": clusterYaml.replace("entity: f", `entity: ${entity}`),
      "sites/a.yaml": kubernetes("a"),
    });
  expect(faults("e")).toEqual([
    "federation.yaml:8:63 unique-names identity.idps.two.example.entity: its people are those of one.example: the issuer names both e",
  ]);
  expect(faults("other")).toEqual([]);
});

test("a hub whose namespace is that of a home", () => {
  const faults = (hub: string) =>
    faultsOf({ "federation.yaml": clusterYaml, "sites/a.yaml": kubernetes("a", `${mainHome}hubs: {${hub}: {}}\n`) });
  expect(faults("homes-main")).toEqual([
    "sites/a.yaml:9:8 unique-names hubs.homes-main: its namespace would be a-homes-main, like that of home main of site a",
  ]);
  expect(faults("homes-other")).toEqual([]);
});
