import { posix } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { catalogFiles } from "../../../constructs/catalog/files";
import type { StacLink } from "../../../constructs/catalog/stac";
import { dataset, federation, record, site, store } from "./federation";

const files = catalogFiles(federation, new Map([["sst", record]]));

interface Page {
  readonly type: string;
  readonly stac_version: string;
  readonly id: string;
  readonly links: readonly StacLink[];
  readonly [field: string]: unknown;
}

function page(path: string, of = files): Page {
  return JSON.parse(of.get(path) ?? "null") as Page;
}

function links(path: string, rel: string, of = files): string[] {
  return page(path, of)
    .links.filter((link) => link.rel === rel)
    .map((link) => link.href);
}

test("a root, a catalog for each site, a collection for each dataset, and Intake", () => {
  expect([...files.keys()]).toEqual([
    "stac/catalog.json",
    "stac/archive/catalog.json",
    "stac/archive/sst-archived/collection.json",
    "stac/east/catalog.json",
    "stac/east/sst/collection.json",
    "stac/west/catalog.json",
    "intake/catalog.yaml",
  ]);
});

test("every page is STAC 1.1 and has its id", () => {
  for (const [path, text] of files) {
    if (!path.endsWith(".json")) continue;
    expect(text.endsWith("}\n"), path).toBe(true);
    expect(page(path), path).toMatchObject({
      stac_version: "1.1.0",
      type: path.endsWith("collection.json") ? "Collection" : "Catalog",
    });
  }
  expect(
    ["stac/catalog.json", "stac/east/catalog.json", "stac/east/sst/collection.json"].map((p) => page(p).id),
  ).toEqual(["demo", "east", "sst"]);
});

test("links between pages are relative and lead to pages that are there", () => {
  for (const path of [...files.keys()].filter((p) => p.endsWith(".json")))
    for (const link of page(path).links.filter(({ rel }) => ["root", "parent", "child"].includes(rel))) {
      expect(link.href, path).toMatch(/^\.\.?\//);
      expect([...files.keys()], `${path} -> ${link.href}`).toContain(posix.join(posix.dirname(path), link.href));
    }
});

test("`self` and `canonical` lead to the owner's copy", () => {
  const own = ["http://127.0.0.1:8610/stac/east/sst/collection.json"];
  expect(links("stac/east/sst/collection.json", "self")).toEqual(own);
  expect(links("stac/east/sst/collection.json", "canonical")).toEqual(own);
  expect(links("stac/west/catalog.json", "canonical")).toEqual(["http://127.0.0.1:8640/stac/west/catalog.json"]);
});

test("a store publishes no pages: its owner is the site that serves it, else the first that publishes", () => {
  expect(links("stac/archive/catalog.json", "canonical")).toEqual(["http://127.0.0.1:8640/stac/archive/catalog.json"]);
  const unserved = catalogFiles({ ...federation, sites: [{ ...store, servedBy: null }, site()] }, new Map());
  expect(links("stac/archive/catalog.json", "canonical", unserved)).toEqual([
    "http://127.0.0.1:8610/stac/archive/catalog.json",
  ]);
  const alone = catalogFiles({ ...federation, sites: [store] }, new Map());
  expect(links("stac/archive/catalog.json", "self", alone)).toEqual([]);
});

test("the root belongs to nobody and names all copies", () => {
  expect(links("stac/catalog.json", "self")).toEqual([]);
  expect(links("stac/catalog.json", "alternate")).toEqual([
    "http://127.0.0.1:8610/stac/catalog.json",
    "http://127.0.0.1:8640/stac/catalog.json",
  ]);
});

test("the root carries a digest of all other pages", () => {
  const digest = (of: typeof files) => page("stac/catalog.json", of)["isthmus:federation"];
  expect(digest(catalogFiles(federation, new Map([["sst", record]])))).toEqual(digest(files));
  expect(digest(catalogFiles(federation, new Map()))).not.toEqual(digest(files));
});

test("a site's page says how to reach it", () => {
  expect(page("stac/east/catalog.json")["isthmus:site"]).toEqual({
    provider: "hpc",
    institution: "East Institute",
    region: null,
    timezone: "America/New_York",
    expires: null,
    contact: "ops@example.org",
    portal: "http://127.0.0.1:8610",
    catalog: "http://127.0.0.1:8610/stac/catalog.json",
    zarr_gateway: "http://127.0.0.1:8610/zarr/",
    served_by: null,
    hubs: [
      {
        id: "prod",
        title: "East hub",
        url: "http://127.0.0.1:8610/east/prod/",
        dask_gateway: "http://127.0.0.1:8610/east/prod/services/dask-gateway/",
      },
    ],
    config_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(page("stac/archive/catalog.json")["isthmus:site"]).toMatchObject({
    region: "us-west-2",
    served_by: "west",
    zarr_gateway: null,
    hubs: [],
  });
});

test("a site's data may have a host of their own, apart from its portal", () => {
  const apart = site({ url: "https://east.example", dataUrl: "https://data.east.example" });
  const pages = catalogFiles({ ...federation, sites: [apart] }, new Map());
  expect(page("stac/east/catalog.json", pages)["isthmus:site"]).toMatchObject({
    portal: "https://east.example",
    zarr_gateway: "https://data.east.example/zarr/",
  });
});

test("what is not public of a site's config changes no page", () => {
  const secretive = {
    ...site(),
    root: "/srv/east",
    hubs: site().hubs?.map((hub) => ({ ...hub, profiles: ["small"] })) ?? [],
  };
  const sites = federation.sites.map((s) => (s.id === "east" ? secretive : s));
  expect(catalogFiles({ ...federation, sites }, new Map([["sst", record]]))).toEqual(files);
});

test("Intake lists what it has a driver for by id: the public Zarr datasets and images", () => {
  const hidden = [
    dataset({ id: "hidden", access: "federation", https: null }),
    dataset({ id: "ice", kind: "icechunk" }),
    dataset({ id: "image", kind: "cog", https: "http://127.0.0.1:8610/files/image" }),
  ];
  const more = catalogFiles({ ...federation, sites: [site({ datasets: [dataset(), ...hidden] })] }, new Map());
  expect(parse(more.get("intake/catalog.yaml") ?? "")).toEqual({
    metadata: { version: 1, name: "demo", description: "Demo federation" },
    sources: {
      sst: {
        description: "Sea surface temperature",
        driver: "zarr",
        args: { urlpath: "http://127.0.0.1:8610/zarr/sst.zarr", consolidated: true },
        metadata: { institution: "East Institute", license: "CC-BY-4.0", keywords: ["ocean"] },
      },
      image: {
        description: "Sea surface temperature",
        driver: "rasterio",
        args: { urlpath: "http://127.0.0.1:8610/files/image", chunks: {} },
        metadata: { institution: "East Institute", license: "CC-BY-4.0", keywords: ["ocean"] },
      },
    },
  });
});
