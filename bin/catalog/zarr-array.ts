/** An array of a Zarr store, v2 and v3 told the same way. */
export interface ZarrArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** What is compressed as one. */
  readonly chunks: readonly number[];
  /** What is stored as one object: the chunks, or shards of many. */
  readonly objects: readonly number[];
  readonly sharded: boolean;
  /** NumPy's name where there is one: float32, datetime64, string. */
  readonly dtype: string;
  /** Bytes of an item; null where items differ. */
  readonly itemSize: number | null;
  readonly dimensions: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Key of a stored object below the array, by its place in the grid of objects. */
  readonly objectKey: (place: readonly number[]) => string;
}

type Json = Readonly<Record<string, unknown>>;

/** A v3 array from its zarr.json. */
export function arrayOfV3(name: string, metadata: Json): ZarrArray {
  const shape = numbers(metadata.shape);
  const objects = numbers((metadata.chunk_grid as { configuration?: Json } | undefined)?.configuration?.chunk_shape);
  const sharding = (metadata.codecs as { name: string; configuration?: Json }[] | undefined)?.find(
    (codec) => codec.name === "sharding_indexed",
  );
  const encoding = metadata.chunk_key_encoding as { name?: string; configuration?: { separator?: string } } | undefined;
  const { dtype, itemSize } = typeOfV3(metadata.data_type);
  return {
    name,
    shape,
    objects,
    chunks: sharding ? numbers(sharding.configuration?.chunk_shape) : objects,
    sharded: sharding !== undefined,
    dtype,
    itemSize,
    dimensions: strings(metadata.dimension_names, shape.length) ?? [],
    attributes: (metadata.attributes as Json | undefined) ?? {},
    objectKey: (place) => {
      if (encoding?.name === "v2") return place.join(encoding.configuration?.separator ?? ".") || "0";
      return ["c", ...place].join(encoding?.configuration?.separator ?? "/");
    },
  };
}

/** A v2 array from its .zarray and .zattrs; xarray keeps the dimensions' names in an attribute. */
export function arrayOfV2(name: string, metadata: Json, attributes: Json): ZarrArray {
  const shape = numbers(metadata.shape);
  const chunks = numbers(metadata.chunks);
  const { _ARRAY_DIMENSIONS: dimensions, ...rest } = attributes;
  const separator = typeof metadata.dimension_separator === "string" ? metadata.dimension_separator : ".";
  return {
    name,
    shape,
    chunks,
    objects: chunks,
    sharded: false,
    ...typeOfV2(metadata.dtype),
    dimensions: strings(dimensions, shape.length) ?? [],
    attributes: rest,
    objectKey: (place) => place.join(separator) || "0",
  };
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((n) => typeof n === "number") : [];
}

function strings(value: unknown, length: number): string[] | undefined {
  if (!Array.isArray(value) || value.length !== length) return undefined;
  return value.every((name) => typeof name === "string") ? value : undefined;
}

interface ItemType {
  readonly dtype: string;
  readonly itemSize: number | null;
}

function typeOfV3(type: unknown): ItemType {
  const { name = "unknown", configuration } = (typeof type === "string" ? { name: type } : (type ?? {})) as {
    name?: string;
    configuration?: { length_bytes?: number };
  };
  if (name === "fixed_length_utf32") return { dtype: "string", itemSize: configuration?.length_bytes ?? null };
  if (name === "null_terminated_bytes") return { dtype: "bytes", itemSize: configuration?.length_bytes ?? null };
  if (name === "bool") return { dtype: name, itemSize: 1 };
  if (/datetime64|timedelta64/.test(name)) return { dtype: name.replace(/^numpy\./, ""), itemSize: 8 };
  const bits = /^(?:u?int|float|complex|r)(\d+)$/.exec(name)?.[1];
  return { dtype: name, itemSize: bits ? Number(bits) / 8 : null };
}

/** NumPy's array-protocol spelling: byte order, kind, bytes. */
function typeOfV2(type: unknown): ItemType {
  const [, kind = "", size = ""] = (typeof type === "string" && /^[<>|]([a-zA-Z])(\d*)/.exec(type)) || [];
  const bytes = Number(size);
  const numeric: Record<string, string> = { i: "int", u: "uint", f: "float", c: "complex" };
  if (numeric[kind]) return { dtype: `${numeric[kind]}${bytes * 8}`, itemSize: bytes };
  if (kind === "b") return { dtype: "bool", itemSize: 1 };
  if (kind === "M" || kind === "m") return { dtype: kind === "M" ? "datetime64" : "timedelta64", itemSize: 8 };
  if (kind === "U") return { dtype: "string", itemSize: 4 * bytes };
  if (kind === "S" || kind === "V") return { dtype: kind === "S" ? "bytes" : "structured", itemSize: bytes };
  return { dtype: kind === "O" ? "string" : "structured", itemSize: null };
}
