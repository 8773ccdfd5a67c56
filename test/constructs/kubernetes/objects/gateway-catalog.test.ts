import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { catalogParts } from "../../../../charts/zarr-gateway/names";
import { catalogFiles } from "../../../../constructs/catalog/files";
import { type GatewayCatalogProps, gatewayCatalog } from "../../../../constructs/kubernetes/objects/gateway-catalog";

const props: GatewayCatalogProps = {
  namespace: "alps-services",
  datasets: [{ id: "a", at: "/zarr/a.zarr", origin: { kind: "http", url: "https://s3.example.org/b/a" } }],
  foreign: [],
  cacheBytes: 2 ** 30,
  pages: new Map([["stac/catalog.json", "{}\n"]]),
  portal: "<p>portal</p>\n",
};

/** Text that does not compress: hexadecimal digits keep half of their bytes. */
function noise(bytes: number): string {
  const blocks = Array.from({ length: Math.ceil(bytes / 64) }, (_, i) =>
    createHash("sha256").update(`${i}`).digest("hex"),
  );
  return blocks.join("");
}

test("a small catalog is one ConfigMap: the digest of an archive and the archive", () => {
  const [only, ...more] = gatewayCatalog(props);
  expect(more).toEqual([]);
  expect(only?.metadata).toEqual({ name: "zarr-gateway-catalog-00", namespace: "alps-services" });
  const { data, binaryData } = only as unknown as { data: { digest: string }; binaryData: Record<string, string> };
  expect(Object.keys(binaryData)).toEqual(["part-00"]);
  const tar = gunzipSync(Buffer.from(binaryData["part-00"] ?? "", "base64"));
  expect(createHash("sha256").update(tar).digest("hex")).toBe(data.digest);
  for (const path of ["nginx.conf", "portal.html", "catalog/stac/catalog.json"]) expect(tar.toString()).toContain(path);
});

test("the same data make the same digest, other data another", () => {
  const digest = (more: Partial<GatewayCatalogProps>) => gatewayCatalog({ ...props, ...more })[0]?.data;
  expect(digest({})).toEqual(digest({}));
  expect(digest({ portal: "other" })).not.toEqual(digest({}));
  expect(digest({ datasets: [] })).not.toEqual(digest({}));
});

test("a large one is in several, each small enough for a ConfigMap and for Helm's record of its release", () => {
  const maps = gatewayCatalog({ ...props, pages: new Map([["stac/catalog.json", noise(2 ** 20)]]) });
  expect(maps.length).toBe(2);
  expect(maps.map(({ metadata }) => metadata.name)).toEqual(["zarr-gateway-catalog-00", "zarr-gateway-catalog-01"]);
  expect(maps.map(({ data }) => data === undefined)).toEqual([false, true]);
  for (const map of maps) expect(JSON.stringify(map).length).toBeLessThan(450_000);
});

test("the catalog of a large federation has room to spare: 200 sites, 2,000 datasets of which 1,000 are served here", () => {
  const sites = Array.from({ length: 200 }, (_, n) => siteOf(n, n === 0 ? 1000 : 5));
  const federation = { id: "large", title: "Large", contact: "ops@large.example", sites };
  const [own, ...others] = sites.map((site) =>
    site.datasets.map(({ id, https }) => ({ id, https, at: `/zarr/${id}.zarr` })),
  );
  const maps = gatewayCatalog({
    ...props,
    pages: catalogFiles(federation, new Map()),
    datasets: (own ?? []).map(({ id, at }) => ({
      id,
      at,
      origin: { kind: "http", url: `https://s3.example.org/b/${id}` },
    })),
    foreign: others.flat().map(({ at, https }) => ({ at, url: https })),
  });
  expect(maps.length).toBeLessThan(catalogParts / 3);
});

/** A site whose datasets have descriptions of 60 words, no two alike. */
function siteOf(n: number, datasets: number) {
  const id = `site-${n}`;
  const place = { bucket: "library", endpoint: `https://s3.${id}.example`, region: "eu-1", pathStyle: true };
  return {
    id,
    institution: words(`institution ${n}`, 4),
    provider: "kubernetes",
    timezone: "Europe/Zurich",
    expires: null,
    url: `https://${id}.example`,
    dataUrl: `https://data.${id}.example`,
    catalog: `https://data.${id}.example/stac/catalog.json`,
    gateway: {},
    hubs: [{ id: "prod", title: words(`hub ${n}`, 3), url: `https://prod.${id}.example/`, dask: {} }],
    datasets: Array.from({ length: datasets }, (_, i) => ({
      id: `dataset-${n}-${i}`,
      title: words(`title ${n} ${i}`, 6),
      description: words(`description ${n} ${i}`, 60),
      keywords: [words(`keyword ${i}`, 1)],
      kind: "zarr" as const,
      license: "CC-BY-4.0",
      access: "public" as const,
      place,
      uri: `s3://library/dataset-${i}`,
      https: `https://data.${id}.example/zarr/dataset-${n}-${i}.zarr`,
      servedBy: id,
    })),
  };
}

function words(seed: string, count: number): string {
  const digits = (i: number) => createHash("md5").update(`${seed} ${i}`).digest("hex");
  return Array.from({ length: count }, (_, i) => digits(i).slice(0, 3 + (i % 6))).join(" ");
}

test("one that no pod could mount is refused with its size and what there is room for", () => {
  const pages = new Map([["stac/catalog.json", noise(catalogParts * 2 * 330 * 1024)]]);
  expect(() => gatewayCatalog({ ...props, pages })).toThrow(
    /3 files take 5\.\d MiB compressed, and the gateway can mount 5\.0 MiB/,
  );
});
