import { createHash } from "node:crypto";
import type { StoredObject } from "../../constructs/catalog/record";
import { digestObject, ReadFailure, readObject } from "./http";
import { arrayOfV2, arrayOfV3, type ZarrArray } from "./zarr-array";

/** The root group of a store, whatever it lies in. */
export interface ZarrGroup {
  readonly url: string;
  readonly zarrFormat: 2 | 3;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** By name, in the order of their names. Arrays of nested groups are not among them: readers open one group. */
  readonly arrays: ReadonlyMap<string, ZarrArray>;
  /** Metadata documents by key (`/time/zarr.json`), so that nobody needs to ask for them again. */
  readonly documents: ReadonlyMap<string, object>;
  /** Bytes of a stored object by its key (`/time/c/0`), or a part of them (`bytes=0-9`); undefined where there is none. */
  read(key: string, range?: string): Promise<Uint8Array | undefined>;
  /** Size and digest of one. */
  stored(key: string): Promise<{ bytes: number; sha256: string } | undefined>;
}

/** A group with the consolidated metadata that told it. */
export interface ConsolidatedGroup extends ZarrGroup {
  readonly metadata: StoredObject;
}

type Json = Readonly<Record<string, unknown>>;

const consolidate = "consolidate it where it is written (zarr.consolidate_metadata), then record again";

/** Reads a store's metadata over HTTP, where nothing can be listed: a store without consolidated metadata cannot be read by anybody. */
export async function readGroup(url: string): Promise<ConsolidatedGroup> {
  const v3 = await readObject(`${url}/zarr.json`);
  if (v3) return groupOfV3(url, v3);
  const v2 = await readObject(`${url}/.zmetadata`);
  if (v2) return groupOfV2(url, v2);
  const bare = await readObject(`${url}/.zgroup`);
  if (bare) throw new ReadFailure(url, "a Zarr v2 store without consolidated metadata", consolidate);
  const fix = "publish the dataset first, or correct its `bucket` and `path`";
  throw new ReadFailure(url, "no Zarr store there (neither zarr.json nor .zmetadata)", fix);
}

function groupOfV3(url: string, bytes: Uint8Array): ConsolidatedGroup {
  const root = parse(`${url}/zarr.json`, bytes);
  if (root.node_type !== "group")
    throw new ReadFailure(url, "the root is not a group", "point `path` at the group that holds the arrays");
  const nodes = (root.consolidated_metadata as { metadata?: Record<string, Json> } | null | undefined)?.metadata;
  if (!nodes) throw new ReadFailure(url, "a Zarr v3 store without consolidated metadata", consolidate);
  const found = Object.entries(nodes).filter(([name, node]) => node.node_type === "array" && !name.includes("/"));
  return checked({
    url,
    zarrFormat: 3,
    attributes: (root.attributes as Json | undefined) ?? {},
    arrays: inOrder(found.map(([name, node]) => arrayOfV3(name, node))),
    metadata: stored("zarr.json", bytes),
    ...overHttp(url),
    documents: new Map(found.map(([name, node]) => [`/${name}/zarr.json`, node])),
  });
}

function groupOfV2(url: string, bytes: Uint8Array): ConsolidatedGroup {
  const documents = (parse(`${url}/.zmetadata`, bytes).metadata as Record<string, Json> | undefined) ?? {};
  const names = Object.keys(documents).flatMap((key) => /^([^/]+)\/\.zarray$/.exec(key)?.[1] ?? []);
  const attributes = (name: string) => documents[`${name}/.zattrs`] ?? {};
  return checked({
    url,
    zarrFormat: 2,
    attributes: documents[".zattrs"] ?? {},
    arrays: inOrder(names.map((name) => arrayOfV2(name, documents[`${name}/.zarray`] ?? {}, attributes(name)))),
    metadata: stored(".zmetadata", bytes),
    ...overHttp(url),
    documents: new Map(Object.entries(documents).map(([key, document]) => [`/${key}`, document])),
  });
}

function overHttp(url: string): Pick<ZarrGroup, "read" | "stored"> {
  return { read: (key, range) => readObject(url + key, range), stored: (key) => digestObject(url + key) };
}

/** Arrays by name, in the order of their names. */
export function inOrder(arrays: ZarrArray[]): Map<string, ZarrArray> {
  return new Map(arrays.sort((a, b) => (a.name < b.name ? -1 : 1)).map((array) => [array.name, array]));
}

/** Everything that follows needs the arrays' dimensions: without names xarray opens nothing, and inventing some would be no record. */
export function checked<G extends ZarrGroup>(group: G): G {
  if (group.arrays.size === 0)
    throw new ReadFailure(group.url, "no arrays in the root group", "point `path` at the group that holds the arrays");
  for (const { name, dimensions, shape, objects, chunks } of group.arrays.values()) {
    if (dimensions.length !== shape.length)
      throw new ReadFailure(
        group.url,
        `array ${name} does not name its dimensions`,
        "write it with xarray, or add them",
      );
    if (objects.length !== shape.length || chunks.length !== shape.length)
      throw new ReadFailure(group.url, `array ${name} has no regular chunks`, "write it with a regular chunk grid");
  }
  return group;
}

function parse(url: string, bytes: Uint8Array): Json {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (value !== null && typeof value === "object") return value as Json;
  } catch {
    // Told below: a portal's HTML page with status 200 is the usual reason.
  }
  throw new ReadFailure(
    url,
    "is not JSON",
    "the link should lead to the store itself, and answer 404 for what is missing",
  );
}

function stored(key: string, bytes: Uint8Array): StoredObject {
  return { key, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
