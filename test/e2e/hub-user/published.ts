import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** Serves a store's directory at `/sst.zarr` and, at `/stac/…`, a catalog that has it as recorded when this was started. */
export async function publish(store: string): Promise<{ server: Server; catalog: string }> {
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    const body = pages.get(path) ?? fileBelow(store, path);
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pages = new Map(Object.entries(pagesOf(store, url)).map(([path, page]) => [path, JSON.stringify(page)]));
  return { server, catalog: `${url}/stac/catalog.json` };
}

function fileBelow(store: string, path: string): Buffer | undefined {
  try {
    return readFileSync(join(store, path.replace(/^\/sst\.zarr\//, "")));
  } catch {
    return undefined;
  }
}

function pagesOf(store: string, url: string): Record<string, object> {
  const object = (key: string) => {
    const bytes = readFileSync(join(store, key));
    return { key, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  };
  const link = (rel: string, href: string) => ({ rel, href, type: "application/json" });
  const common = { stac_version: "1.1.0", description: "to be verified" };
  const extent = {
    spatial: { bbox: [[-180, -90, 180, 90]] },
    temporal: { interval: [[null, "2100-01-01T00:00:00Z"]] },
  };
  return {
    "/stac/catalog.json": { ...common, type: "Catalog", id: "here", links: [link("child", "./sst/collection.json")] },
    "/stac/sst/collection.json": {
      ...{ ...common, type: "Collection", id: "sst", license: "other", extent },
      links: [link("root", "../catalog.json")],
      "isthmus:dataset": {
        ...{ kind: "zarr", metadata: object("zarr.json"), samples: { sst: object("sst/c/0/0") } },
      },
      assets: {
        "zarr-https": {
          ...{ href: `${url}/sst.zarr`, roles: ["data", "default"], "zarr:zarr_format": 3 },
          "xarray:open_kwargs": { engine: "zarr", consolidated: true, zarr_format: 3 },
        },
      },
    },
  };
}
