import { expect, test } from "vitest";
import { reservedPages, reservedParts, reservedPaths } from "../../../config/names";
import { faultsOf, hpc, mainHome, ofCluster, plain } from "../federation-of";

test("a site named like a first word of URLs or a page of the catalog", () => {
  for (const id of [...reservedPaths, ...reservedPages.filter((p) => !p.includes("."))])
    expect(faultsOf({ "sites/a.yaml": hpc(id, 9000) }), id).toEqual([
      "sites/a.yaml:1:7 reserved-names site: this id is reserved: URLs of every site start with it",
    ]);
  expect(faultsOf({ "sites/a.yaml": hpc("zarrs", 9000) })).toEqual([]);
});

test("a hub named like a stack that sites have", () => {
  for (const id of reservedParts)
    expect(faultsOf({ "sites/a.yaml": hpc("a", 9000, `hubs: {${id}: {ports: 9010}}\n`) }), id).toContain(
      `sites/a.yaml:7:8 reserved-names hubs.${id}: this id is reserved: a stack of each site has it`,
    );
  expect(faultsOf({ "sites/a.yaml": hpc("a", 9000, "hubs: {bases: {ports: 9010}}\n") })).toEqual([]);
});

test("a dataset named like a page of the catalog, or with the ending of its URL", () => {
  const named = (id: string) =>
    faultsOf({
      "sites/a.yaml": hpc(
        "a",
        9000,
        `lake: {buckets: {l: {purpose: library, public: true}}}\ndatasets: {${id}: {${plain}, bucket: l, path: p}}\n`,
      ),
    });
  expect(named("catalog.json")).toEqual([
    "sites/a.yaml:8:12 reserved-names datasets.catalog.json: this id is reserved: a page of the catalog has it",
  ]);
  expect(named("sst.zarr")).toEqual([
    "sites/a.yaml:8:12 reserved-names datasets.sst.zarr: a dataset's id does not end in .zarr: its URL does",
  ]);
  expect(named("sst.v2")).toEqual([]);
});

test("a hub at the host of the site's data", () => {
  expect(ofCluster(`${mainHome}hubs: {data: {}}\n`)).toMatchObject([
    {
      code: "reserved-names",
      line: 9,
      path: "hubs.data",
      message: "this id is reserved: a host of each site starts with it",
      fix: "choose another name than data",
    },
  ]);
});
