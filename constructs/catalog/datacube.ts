import type { ArraysRecord, RecordedDimension, RecordedVariable } from "./record";

/** Data types that STAC names; strings, booleans and dates are `other`. */
const dataTypes = new Map([
  ...["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"].map(
    (name) => [name, name] as const,
  ),
  ["complex64", "cfloat32"] as const,
  ["complex128", "cfloat64"] as const,
]);

/** Calendars whose dates are RFC 3339's, at least since 1582. */
const ordinary = new Set(["standard", "proleptic_gregorian"]);

/** The datacube extension's fields of recorded arrays. A dimension's own coordinate is told by the dimension alone. */
export function datacube(record: ArraysRecord) {
  const dimensions = Object.entries(record.dimensions);
  const variables = Object.entries(record.variables).filter(([name]) => !(name in record.dimensions));
  return {
    "cube:dimensions": Object.fromEntries(dimensions.map(([name, d]) => [name, dimension(d)])),
    "cube:variables": Object.fromEntries(variables.map(([name, v]) => [name, variable(v)])),
  };
}

function dimension(d: RecordedDimension) {
  const { kind, unit, extent, step, values, referenceSystem } = d;
  const calendar = d.calendar === undefined || ordinary.has(d.calendar) ? undefined : `calendar ${d.calendar}`;
  const described = [d.description, d.coordinate && `values of ${d.coordinate}`, calendar].filter(Boolean).join("; ");
  const description = described === "" ? undefined : described;
  switch (kind) {
    case "x":
    case "y":
      return defined({ type: "spatial", axis: kind, description, extent, step, unit, ...reference(referenceSystem) });
    case "z":
      return defined({ type: "spatial", axis: kind, description, extent, values, step, unit });
    case "time":
      return defined({ type: "temporal", description, extent, step });
    case "other":
      return defined({ type: "other", description, extent, values, step, unit });
    case "index":
      return defined({
        type: "index",
        description: description ?? "no coordinate: positions",
        extent: positions(d.size),
      });
  }
}

/** The extension wants an extent or values; all there is to say of a dimension without a coordinate is its positions. */
function positions(size: number): [number, number] {
  return [0, Math.max(0, size - 1)];
}

function reference(system: string | undefined) {
  return { reference_system: system ?? 4326 };
}

/** `shape` and `chunks` are xstac's additions, which readers know. */
function variable(v: RecordedVariable) {
  return defined({
    type: v.role,
    description: v.longName ?? v.standardName,
    dimensions: v.dimensions,
    unit: v.unit,
    data_type: dataTypes.get(v.dtype) ?? "other",
    standard_name: v.standardName,
    shape: v.shape,
    chunks: v.chunks,
    shards: v.shards,
  });
}

/** Without the keys that have no value. */
function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
