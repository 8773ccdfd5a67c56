import type { AsyncReadable, DataType } from "zarrita" with { "resolution-mode": "import" };
import type { ZarrArray } from "./zarr-array";
import type { ZarrGroup } from "./zarr-group";

/** Coordinates longer than this are not read. Items. */
const most = 2 ** 24;

/** All values of an array, in C order. */
export type Values = readonly (number | bigint)[] | readonly string[];

/** A group's store for zarrita: metadata from what was read already, the rest as the group reads, with our failures. */
function storeOf(group: ZarrGroup): AsyncReadable {
  const text = new TextEncoder();
  const known = (key: string) => {
    const document = group.documents.get(key);
    return document && text.encode(JSON.stringify(spelled(document)));
  };
  return {
    get: async (key) => known(key) ?? (isMetadata(key) ? undefined : group.read(key)),
    getRange: (key, range) =>
      group.read(
        key,
        "suffixLength" in range
          ? `bytes=-${range.suffixLength}`
          : `bytes=${range.offset}-${range.offset + range.length - 1}`,
      ),
  };
}

/** Fixed-length strings of v3, which xarray writes for names of members and stations, as zarrita spells those of v2: the bytes are the same. */
function spelled(document: object): object {
  const { data_type: type } = document as { data_type?: { name?: string; configuration?: { length_bytes?: number } } };
  const length = type?.configuration?.length_bytes ?? 0;
  if (type?.name === "fixed_length_utf32") return { ...document, data_type: `v2:U${length / 4}` };
  if (type?.name === "null_terminated_bytes") return { ...document, data_type: `v2:S${length}` };
  return document;
}

/** Data types that are asked for: on others zarrita stumbles in ways of its own. */
const readable = /^(?:u?int(?:8|16|32|64)|float(?:16|32|64)|bool|string|bytes)$/;

function isMetadata(key: string): boolean {
  return /\/(?:zarr\.json|\.z[a-z]+)$/.test(key);
}

/** The values of a coordinate, or why they cannot be read. A server's failure is thrown. */
export async function readValues(group: ZarrGroup, array: ZarrArray): Promise<Values | { readonly unread: string }> {
  const size = array.shape.reduce((n, length) => n * length, 1);
  if (size > most) return { unread: `${array.name} has ${size} values, too many to read` };
  if (!readable.test(array.dtype)) return { unread: `${array.name} cannot be decoded here (data type ${array.dtype})` };
  const zarr = await import("zarrita");
  const location = zarr.root(storeOf(group)).resolve(array.name);
  try {
    const open = group.zarrFormat === 3 ? zarr.open.v3 : zarr.open.v2;
    const found = await open(location, { kind: "array" });
    const chunk = await zarr.get(found as { readonly dtype: DataType } & typeof found);
    return plain(chunk !== null && typeof chunk === "object" && "data" in chunk ? chunk.data : [chunk]);
  } catch (error) {
    // What zarrita cannot decode is a limit of this reader, not a fault of the data.
    if (zarr.isZarritaError(error)) return { unread: `${array.name} cannot be decoded here (${error.message})` };
    throw error;
  }
}

function plain(data: unknown): Values {
  const items = [...(data as Iterable<unknown>)];
  const kind = typeof items[0];
  if (kind === "bigint" || kind === "number") return items as (number | bigint)[];
  return items.map(String);
}
