import { partOf } from "./file-record";
import { ReadFailure } from "./http";
import { readThrift, type ThriftStruct, type ThriftValue } from "./thrift";

const tailBytes = 65_536;
const again = "publish the file again, or correct the dataset's `kind` or `path`";

/** A column at the end of the schema's tree. */
export interface ParquetColumn {
  /** Parts joined by dots. */
  readonly name: string;
  /** The logical type where there is one (`string`, `int16`, `date`, `timestamp`), else the physical: `float`, `int64`. */
  readonly type: string;
  /** Least and greatest of all row groups; absent where one does not tell, or for what is no number. */
  readonly range: readonly [number, number] | undefined;
  /** Of a timestamp: parts of a second. */
  readonly perSecond: number | undefined;
}

export interface ParquetFooter {
  readonly rows: number;
  readonly rowGroups: number;
  readonly columns: readonly ParquetColumn[];
}

/** Reads the footer of a Parquet file: what the columns are, how many rows, and their ranges. */
export async function readFooter(url: string): Promise<ParquetFooter> {
  let tail = await partOf(url, -tailBytes, tailBytes);
  const end = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const magic = new TextDecoder().decode(tail.subarray(-4));
  if (tail.length < 12 || magic !== "PAR1") throw new ReadFailure(url, "is not a Parquet file", again);
  const length = end.getUint32(tail.length - 8, true);
  if (length + 8 > tail.length) tail = await partOf(url, -(length + 8), length + 8);
  try {
    return footerOf(readThrift(tail.subarray(-8 - length, -8)));
  } catch (error) {
    if (error instanceof RangeError)
      throw new ReadFailure(url, `has a footer that cannot be read (${error.message})`, again);
    throw error;
  }
}

function footerOf(file: ThriftStruct): ParquetFooter {
  const groups = structs(file.get(4));
  const chunks = groups.map((group) => structs(group.get(1)).map((chunk) => struct(chunk.get(3))));
  const leaves = leavesOf(structs(file.get(2)));
  return {
    rows: Number(file.get(3) ?? 0),
    rowGroups: groups.length,
    columns: leaves.map(({ name, element }, i) => ({
      name,
      type: typeOf(element),
      range: rangeOf(
        element,
        chunks.map((group) => struct(group[i]?.get(12))),
      ),
      perSecond: perSecond(element),
    })),
  };
}

/** The schema is a tree in depth-first order; each element tells how many follow as its children. */
function leavesOf(elements: readonly ThriftStruct[]): { name: string; element: ThriftStruct }[] {
  let next = 1;
  const below = (count: number, path: readonly string[]): { name: string; element: ThriftStruct }[] =>
    Array.from({ length: count }, () => {
      const element = elements[next++];
      if (!element) throw new RangeError("the schema ends too early");
      const here = [...path, text(element.get(4))];
      const children = Number(element.get(5) ?? 0);
      return children > 0 ? below(children, here) : [{ name: here.join("."), element }];
    }).flat();
  return below(Number(elements[0]?.get(5) ?? 0), []);
}

const physical = ["boolean", "int32", "int64", "int96", "float", "double", "binary", "fixed_len_byte_array"];
const logical = new Map<number, string>([
  ...([
    [1, "string"],
    [4, "enum"],
    [5, "decimal"],
    [6, "date"],
    [7, "time"],
    [8, "timestamp"],
  ] as const),
  ...([
    [12, "json"],
    [13, "bson"],
    [14, "uuid"],
    [15, "float16"],
  ] as const),
]);

function typeOf(element: ThriftStruct): string {
  const [[id, parameters] = []] = [...struct(element.get(10))];
  if (id === 10) return `${struct(parameters).get(2) === false ? "u" : ""}int${Number(struct(parameters).get(1))}`;
  if (id === undefined && element.get(6) === 0) return "string"; // as older writers say it
  return logical.get(id ?? 0) ?? physical[Number(element.get(1) ?? 0)] ?? "unknown";
}

function perSecond(element: ThriftStruct): number | undefined {
  const unit = struct(struct(struct(element.get(10)).get(8)).get(2));
  return unit.has(1) ? 1e3 : unit.has(2) ? 1e6 : unit.has(3) ? 1e9 : undefined;
}

function rangeOf(element: ThriftStruct, statistics: readonly ThriftStruct[]): [number, number] | undefined {
  const type = physical[Number(element.get(1) ?? 0)];
  const ranges = statistics.map((s) => [number(type, s.get(6)), number(type, s.get(5))] as const);
  const [least, greatest] = [ranges.map(([n]) => n), ranges.map(([, n]) => n)];
  const known = [...least, ...greatest].filter((n) => n !== undefined);
  if (known.length === 0 || known.length < 2 * ranges.length) return undefined;
  return [Math.min(...known), Math.max(...known)];
}

function number(type: string | undefined, bytes: ThriftValue | undefined): number | undefined {
  if (!(bytes instanceof Uint8Array)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === "int32" && bytes.length === 4) return view.getInt32(0, true);
  if (type === "int64" && bytes.length === 8) return Number(view.getBigInt64(0, true));
  if (type === "float" && bytes.length === 4) return view.getFloat32(0, true);
  return type === "double" && bytes.length === 8 ? view.getFloat64(0, true) : undefined;
}

function struct(value: ThriftValue | undefined): ThriftStruct {
  return value instanceof Map ? (value as ThriftStruct) : new Map();
}

function structs(value: ThriftValue | undefined): ThriftStruct[] {
  return Array.isArray(value) ? value.map(struct) : [];
}

function text(value: ThriftValue | undefined): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
}
