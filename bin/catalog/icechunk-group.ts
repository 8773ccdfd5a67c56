import { createHash } from "node:crypto";
import type { IcechunkRecord } from "../../constructs/catalog/record";
import type { FlatTable } from "./flatbuffer";
import { ReadFailure, readObject } from "./http";
import { type IcechunkFile, idIn, objectName, readIcechunkFile } from "./icechunk-files";
import { arrayOfV3 } from "./zarr-array";
import { checked, inOrder, type ZarrGroup } from "./zarr-group";

/** The root group at the tip of branch main, with what tells repositories of the same data from others. */
export interface IcechunkGroup {
  readonly group: ZarrGroup;
  readonly specVersion: number;
  readonly documents: IcechunkRecord["documents"];
}

interface Node {
  readonly id: string;
  /** `/`, `/time`. */
  readonly path: string;
  /** zarr.json. */
  readonly document: Uint8Array;
  /** Names of the files that tell where the chunks are. */
  readonly manifests: readonly string[];
}

/** Where a chunk's bytes are: in the manifest itself, in an object of the repository, or in somebody else's file. */
type Place = { readonly inline: Uint8Array } | { readonly key: string; readonly range: string } | { virtual: true };

/** Opens a repository of either version of the format over HTTP, by the objects alone. */
export async function readIcechunkGroup(url: string): Promise<IcechunkGroup> {
  const snapshot = await tipOf(url);
  const nodes = nodesOf(snapshot.root);
  const document = (node: Node) => JSON.parse(new TextDecoder().decode(node.document)) as Record<string, unknown>;
  const root = nodes.find(({ path }) => path === "/");
  const below = nodes.filter(({ path }) => /^\/[^/]+$/.test(path)).map((node) => ({ node, json: document(node) }));
  const found = below.filter(({ json }) => json.node_type === "array");
  const chunks = new Chunks(url, new Map(found.map(({ node }) => [node.path.slice(1), node])));
  const group = checked({
    url,
    attributes: (root && (document(root).attributes as Record<string, unknown> | undefined)) ?? {},
    zarrFormat: 3,
    arrays: inOrder(found.map(({ node, json }) => arrayOfV3(node.path.slice(1), json))),
    documents: new Map(found.map(({ node, json }) => [`${node.path}/zarr.json`, json])),
    read: (key, range) => chunks.read(key, range),
    stored: (key) => chunks.stored(key),
  });
  return { group, specVersion: snapshot.specVersion, documents: digestOf(nodes) };
}

/** Version 1 names each branch's snapshot in a file of its own, version 2 all in one. */
async function tipOf(url: string): Promise<IcechunkFile> {
  const reference = await readObject(`${url}/refs/branch.main/ref.json`);
  const name = reference ? snapshotIn(`${url}/refs/branch.main/ref.json`, reference) : await tipOfVersion2(url);
  const snapshot = await readIcechunkFile(`${url}/snapshots/${name}`);
  if (snapshot) return snapshot;
  throw new ReadFailure(`${url}/snapshots/${name}`, "is missing, and branch main needs it", "restore the repository");
}

function snapshotIn(url: string, bytes: Uint8Array): string {
  try {
    const { snapshot } = JSON.parse(new TextDecoder().decode(bytes)) as { snapshot?: unknown };
    if (typeof snapshot === "string" && /^[0-9A-Z]+$/.test(snapshot)) return snapshot;
  } catch {
    // Told below.
  }
  throw new ReadFailure(url, "names no snapshot", "the link should lead to the repository itself");
}

async function tipOfVersion2(url: string): Promise<string> {
  const file = await readIcechunkFile(`${url}/repo`);
  if (!file)
    throw new ReadFailure(url, "no Icechunk repository there", "publish it first, or correct its `bucket` and `path`");
  const main = file.root.tables(2).find((branch) => branch.string(0) === "main");
  const info = main && file.root.tables(4)[main.number(1, 4) ?? 0];
  if (!info) throw new ReadFailure(`${url}/repo`, "has no branch main", "the catalog shows branch main: make one");
  return idIn(info, 0, 12);
}

function nodesOf(snapshot: FlatTable): Node[] {
  return snapshot.tables(2).map((node) => ({
    id: idIn(node, 0, 8),
    path: node.string(1) ?? "",
    document: node.byteVector(2) ?? new Uint8Array(),
    manifests: (node.table(4)?.tables(2) ?? []).map((reference) => idIn(reference, 0, 12)),
  }));
}

function digestOf(nodes: readonly Node[]): IcechunkRecord["documents"] {
  const hash = createHash("sha256");
  for (const { path, document } of nodes.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(`${path}\0`).update(document).update("\0");
  const bytes = nodes.reduce((sum, { document }) => sum + document.length, 0);
  return { count: nodes.length, bytes, sha256: hash.digest("hex") };
}

/** Chunks by their Zarr keys. Manifests are read when one of their array's chunks is asked for, and kept. */
class Chunks {
  private readonly manifests = new Map<string, Promise<FlatTable>>();

  constructor(
    private readonly url: string,
    private readonly nodes: ReadonlyMap<string, Node>,
  ) {}

  async read(key: string, range: string | undefined): Promise<Uint8Array | undefined> {
    const place = await this.find(key);
    if (place === undefined) return undefined;
    if ("virtual" in place)
      throw new ReadFailure(
        this.url + key,
        "lies in a file outside the repository, which is not read here",
        "write coordinates into the repository (VirtualiZarr: loadable_variables)",
      );
    if (range !== undefined) throw new Error(`no part of ${key} can be read`);
    return "inline" in place ? place.inline : readObject(`${this.url}/${place.key}`, place.range);
  }

  async stored(key: string): Promise<{ bytes: number; sha256: string } | undefined> {
    const place = await this.find(key);
    if (place === undefined || "virtual" in place) return undefined;
    const bytes = await this.read(key, undefined);
    if (!bytes) throw new ReadFailure(this.url + key, "is missing, and the manifest has it", "restore the repository");
    return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  }

  private async find(key: string): Promise<Place | undefined> {
    const [, name = "", rest = ""] = /^\/([^/]+)\/(.*)$/.exec(key) ?? [];
    const node = this.nodes.get(name);
    const index = (rest.match(/\d+/g) ?? []).join();
    for (const manifest of node?.manifests ?? []) {
      const array = (await this.manifest(manifest)).tables(1).find((entry) => idIn(entry, 0, 8) === node?.id);
      const found = array?.tables(1).find((reference) => reference.numbers(0).join() === index);
      if (found) return placeOf(found);
    }
    return undefined;
  }

  private manifest(name: string): Promise<FlatTable> {
    const url = `${this.url}/manifests/${name}`;
    const read = async () => {
      const file = await readIcechunkFile(url);
      if (file) return file.root;
      throw new ReadFailure(url, "is missing, and a snapshot needs it", "restore the repository");
    };
    const found = this.manifests.get(name) ?? read();
    this.manifests.set(name, found);
    return found;
  }
}

function placeOf(reference: FlatTable): Place {
  const inline = reference.byteVector(1);
  if (inline) return { inline };
  const id = reference.struct(4, 12);
  const [offset, length] = [reference.number(2, 8) ?? 0, reference.number(3, 8) ?? 0];
  return id ? { key: `chunks/${objectName(id)}`, range: `bytes=${offset}-${offset + length - 1}` } : { virtual: true };
}
