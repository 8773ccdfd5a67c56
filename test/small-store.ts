import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deflateSync } from "node:zlib";
import * as zarr from "zarrita";

/** An array as a test writes it down: numbers in C order, stored as 64-bit floats or integers. */
export interface SmallArray {
  readonly dimensions: readonly string[];
  readonly shape: readonly number[];
  /** Default: one chunk. */
  readonly chunks?: readonly number[];
  readonly dtype?: "float32" | "float64" | "int64";
  readonly data: readonly number[];
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export interface SmallStore {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, SmallArray>>;
}

/** Writes a compressed Zarr store with consolidated metadata into a folder: v3 with zarrita, v2, which zarrita only reads, by hand. */
export async function writeStore(folder: string, format: 2 | 3, store: SmallStore): Promise<void> {
  const objects = format === 3 ? await storeV3(store) : storeV2(store);
  for (const [key, bytes] of objects) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), bytes);
  }
}

const codecs = [
  { name: "bytes", configuration: { endian: "little" } },
  { name: "zstd", configuration: { level: 1, checksum: false } },
] as const;

async function storeV3({ arrays, attributes = {} }: SmallStore): Promise<Map<string, Uint8Array | string>> {
  const root = zarr.root(new Map<string, Uint8Array>());
  const metadata: Record<string, unknown> = {};
  for (const [name, array] of Object.entries(arrays)) {
    const place = root.resolve(name);
    const created = await zarr.create(place, {
      shape: [...array.shape],
      chunkShape: [...(array.chunks ?? array.shape)],
      dtype: array.dtype ?? "float64",
      codecs: [...codecs],
      dimensionNames: [...array.dimensions],
      attributes: { ...array.attributes },
    });
    await fill(created, array);
    metadata[name] = JSON.parse(new TextDecoder().decode(root.store.get(`/${name}/zarr.json`)));
  }
  const consolidated = { kind: "inline", must_understand: false, metadata };
  const group = { zarr_format: 3, node_type: "group", attributes, consolidated_metadata: consolidated };
  const objects = [...root.store].map(([key, bytes]): [string, Uint8Array | string] => [key.slice(1), bytes]);
  return new Map([...objects, ["zarr.json", JSON.stringify(group)]]);
}

async function fill(created: zarr.Array<zarr.DataType, Map<string, Uint8Array>>, array: SmallArray): Promise<void> {
  const stride = array.shape.map((_, i) => array.shape.slice(i + 1).reduce((n, length) => n * length, 1));
  const data = typed(array.dtype, array.data);
  const chunk = { data, shape: [...array.shape], stride } as zarr.Chunk<zarr.DataType>;
  await zarr.set(created, null, array.shape.length === 0 ? (data[0] as number) : chunk);
}

function typed(dtype: SmallArray["dtype"], data: readonly number[]): Float32Array | Float64Array | BigInt64Array {
  if (dtype === "int64") return BigInt64Array.from(data.map(BigInt));
  return dtype === "float32" ? Float32Array.from(data) : Float64Array.from(data);
}

function storeV2({ arrays, attributes = {} }: SmallStore): Map<string, Uint8Array | string> {
  const metadata: Record<string, unknown> = { ".zgroup": { zarr_format: 2 }, ".zattrs": attributes };
  const chunks = new Map<string, Uint8Array>();
  for (const [name, array] of Object.entries(arrays)) {
    const { shape, dimensions, data, dtype = "float64" } = array;
    const length = array.chunks?.[0] ?? shape[0] ?? 1;
    if (array.chunks?.slice(1).some((n, i) => n !== shape[i + 1]))
      throw new Error("v2 test stores are cut along the first dimension only");
    metadata[`${name}/.zattrs`] = { ...array.attributes, _ARRAY_DIMENSIONS: dimensions };
    metadata[`${name}/.zarray`] = {
      zarr_format: 2,
      shape,
      chunks: shape.map((n, i) => (i === 0 ? length : n)),
      dtype: { float32: "<f4", float64: "<f8", int64: "<i8" }[dtype],
      compressor: { id: "zlib", level: 1 },
      fill_value: null,
      order: "C",
      filters: null,
    };
    const row = shape.slice(1).reduce((n, m) => n * m, 1);
    for (let i = 0; i * length < (shape[0] ?? 1); i++) {
      const part = data.slice(i * length * row, (i + 1) * length * row);
      const padded = [...part, ...Array.from({ length: length * row - part.length }, () => 0)];
      const key = shape.length === 0 ? "0" : shape.map((_, d) => (d === 0 ? i : 0)).join(".");
      chunks.set(`${name}/${key}`, deflateSync(Buffer.from(typed(dtype, padded).buffer)));
    }
  }
  const documents = Object.entries(metadata).map(([key, content]) => [key, JSON.stringify(content)] as const);
  const all = JSON.stringify({ zarr_consolidated_format: 1, metadata });
  return new Map<string, Uint8Array | string>([...documents, [".zmetadata", all], ...chunks]);
}

/** Temperatures of two years on a small grid of North America, longitudes from 0 to 360, in a 360-day calendar: what climate models write. */
export const temperature: SmallStore = {
  attributes: { title: "Small model output", Conventions: "CF-1.5" },
  arrays: {
    air_temperature: {
      dimensions: ["time", "latitude", "longitude"],
      shape: [2, 3, 4],
      chunks: [1, 3, 4],
      dtype: "float32",
      data: Array.from({ length: 24 }, (_, i) => 270 + i / 4),
      attributes: { units: "K", standard_name: "air_temperature", coordinates: "height" },
    },
    time: {
      dimensions: ["time"],
      shape: [2],
      data: [59.5, 419.5],
      attributes: { units: "days since 1860-01-01 00:00:00", calendar: "360_day", standard_name: "time", axis: "T" },
    },
    latitude: {
      dimensions: ["latitude"],
      shape: [3],
      dtype: "float32",
      data: [15, 17.5, 20],
      attributes: { units: "degrees_north", standard_name: "latitude" },
    },
    longitude: {
      dimensions: ["longitude"],
      shape: [4],
      dtype: "float32",
      data: [225, 228.75, 232.5, 236.25],
      attributes: { units: "degrees_east", standard_name: "longitude" },
    },
    height: {
      dimensions: [],
      shape: [],
      data: [1.5],
      attributes: { units: "m", standard_name: "height", positive: "up" },
    },
  },
};
