import { FlatTable } from "./flatbuffer";
import { ReadFailure, readObject } from "./http";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const newer = "update Isthmus, or read the repository with Icechunk's own library";

/** The name of an object by its id: Crockford's base 32 of its bytes. */
export function objectName(id: Uint8Array): string {
  let [name, rest, bits] = ["", 0, 0];
  for (const byte of id) {
    rest = (rest << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) name += alphabet[(rest >> (bits - 5)) & 31];
    rest &= (1 << bits) - 1;
  }
  return bits > 0 ? name + alphabet[(rest << (5 - bits)) & 31] : name;
}

/** An id in a table that cannot be without it. */
export function idIn(table: FlatTable, field: number, length: 8 | 12): string {
  const id = table.struct(field, length);
  if (!id) throw new Error("an id is missing where the format requires one");
  return objectName(id);
}

/** A metadata file of a repository: 39 bytes of header, then a FlatBuffers table, compressed or not. */
export interface IcechunkFile {
  readonly specVersion: number;
  readonly root: FlatTable;
}

/** Reads one; undefined where there is none. */
export async function readIcechunkFile(url: string): Promise<IcechunkFile | undefined> {
  const bytes = await readObject(url);
  if (!bytes) return undefined;
  const [specVersion = 0, , compression] = bytes.subarray(36, 39);
  if (bytes.length < 43 || new TextDecoder().decode(bytes.subarray(0, 12)) !== "ICE🧊CHUNK")
    throw new ReadFailure(url, "is not a file of Icechunk", "the link should lead to the repository itself");
  if (compression !== 0 && compression !== 1)
    throw new ReadFailure(url, `is compressed in a way that is not known here (${compression})`, newer);
  if (specVersion !== 1 && specVersion !== 2)
    throw new ReadFailure(url, `is of version ${specVersion} of Icechunk's format, which is not known here`, newer);
  const content = bytes.slice(39);
  return { specVersion, root: FlatTable.root(compression === 1 ? await unzstd(content) : content) };
}

async function unzstd(bytes: Uint8Array): Promise<Uint8Array> {
  const { registry } = await import("zarrita");
  const zstd = await registry.get("zstd")?.();
  if (!zstd) throw new Error("zarrita has no zstd");
  const codec = zstd.fromConfig({ level: 0 }, { dataType: "uint8", shape: [bytes.length], codecs: [] } as never);
  return (await codec.decode(bytes as never)) as unknown as Uint8Array;
}
