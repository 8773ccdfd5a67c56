import type { RecordedDimension } from "../../constructs/catalog/record";
import { type Axis, axisOf } from "./cf-axis";
import { isoDuration } from "./cf-time";
import { type Coordinate, type Coordinates, extremes } from "./coordinate";
import type { ZarrArray } from "./zarr-array";
import type { ZarrGroup } from "./zarr-group";

/** Values are written out up to these numbers; more would make the catalog a copy of the data. */
const mostNumbers = 50;
const mostStrings = 200;

/** The dimensions of a group, each with what its coordinate tells, in the order in which the arrays (by name) use them. */
export async function recordDimensions(
  group: ZarrGroup,
  auxiliary: ReadonlySet<string>,
  coordinates: Coordinates,
): Promise<Record<string, RecordedDimension>> {
  const arrays = [...group.arrays.values()];
  const data = arrays.filter(({ name }) => !auxiliary.has(name));
  const sizes = new Map<string, number>();
  for (const { dimensions, shape } of [...data, ...arrays])
    dimensions.forEach((name, i) => {
      if (!sizes.has(name)) sizes.set(name, shape[i] ?? 0);
    });
  const recorded: Record<string, RecordedDimension> = {};
  for (const [name, size] of sizes) {
    const array = coordinateOf(name, group.arrays);
    const coordinate = array && (await coordinates.read(array));
    recorded[name] = { ...told(name, size, array), ...meant(array, coordinate, group) };
  }
  return recorded;
}

/** The variable of the dimension's own name, else the first along it alone that has an axis. */
function coordinateOf(dimension: string, arrays: ReadonlyMap<string, ZarrArray>): ZarrArray | undefined {
  const along = ({ dimensions }: ZarrArray) => dimensions.length === 1 && dimensions[0] === dimension;
  const own = arrays.get(dimension);
  if (own && along(own)) return own;
  return [...arrays.values()].find((array) => along(array) && axisOf(array) !== undefined);
}

function told(name: string, size: number, array: ZarrArray | undefined): RecordedDimension {
  const { long_name: longName, standard_name: standardName } = array?.attributes ?? {};
  const description = [longName, standardName].find((text) => typeof text === "string" && text !== name);
  return {
    kind: "index",
    size,
    ...(array && array.name !== name ? { coordinate: array.name } : {}),
    ...(typeof description === "string" ? { description } : {}),
  };
}

function meant(
  array: ZarrArray | undefined,
  coordinate: Coordinate | undefined,
  group: ZarrGroup,
): Partial<RecordedDimension> {
  if (!array || !coordinate || coordinate.values.length === 0) return {};
  if (coordinate.kind === "times") return timeFields(coordinate);
  if (coordinate.kind === "strings") return stringFields(coordinate.values);
  const { units } = array.attributes;
  const unit = typeof units === "string" && units !== "" ? { unit: units } : {};
  const kind = kindOf(axisOf(array), group);
  return { kind: kind.kind, ...unit, ...numberFields(coordinate, kind.kind), ...kind.reference };
}

/** A projected axis is told as a horizontal one only with its reference system: without it, readers would take it for degrees. */
function kindOf(axis: Axis | undefined, group: ZarrGroup): { kind: RecordedDimension["kind"]; reference?: object } {
  if (axis === "longitude") return { kind: "x" };
  if (axis === "latitude") return { kind: "y" };
  if (axis === "vertical") return { kind: "z" };
  const wkt = [...group.arrays.values()]
    .map(({ attributes }) => attributes.crs_wkt)
    .find((text) => typeof text === "string");
  if (wkt === undefined || (axis !== "projectedX" && axis !== "projectedY")) return { kind: "other" };
  return { kind: axis === "projectedX" ? "x" : "y", reference: { referenceSystem: wkt } };
}

function timeFields({ values, time }: Extract<Coordinate, { kind: "times" }>): Partial<RecordedDimension> {
  const [first, last] = extremes<number | bigint>(values) ?? [];
  if (first === undefined || last === undefined) return {};
  const step = regularStep(values.map(Number));
  return {
    kind: "time",
    calendar: time.calendar,
    extent: [time.format(first), time.format(last)],
    ...(step === undefined
      ? {}
      : { step: step === null ? null : isoDuration(Math.round(Math.abs(step) * time.unit), time.calendar) }),
  };
}

function stringFields(values: readonly string[]): Partial<RecordedDimension> {
  return values.length <= mostStrings ? { kind: "other", values: [...values] } : {};
}

function numberFields({ values, single }: Extract<Coordinate, { kind: "numbers" }>, kind: RecordedDimension["kind"]) {
  const tidy = (x: number) => tidied(x, single);
  const [least, greatest] = extremes(values) ?? [0, 0];
  const step = regularStep(values);
  const listed = kind !== "x" && kind !== "y" && values.length <= mostNumbers;
  return {
    extent: [tidy(least), tidy(greatest)] as [number, number],
    ...(step === undefined ? {} : { step: step === null ? null : tidied(step, true) }),
    ...(listed ? { values: values.map(tidy) } : {}),
  };
}

/** Single precision without the digits that it does not have: 0.1, not 0.10000000149011612. */
function tidied(x: number, single: boolean): number {
  return single ? Number(x.toPrecision(7)) : x;
}

/** The distance of neighbours where it is the same everywhere, null where it is not, undefined for less than two values. */
function regularStep(values: readonly number[]): number | null | undefined {
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined || values.length < 2) return undefined;
  const step = (last - first) / (values.length - 1);
  // Coordinates in single precision are off by that much.
  const slack = Math.abs(step) * 1e-3;
  const regular = values.every((v, i) => i === 0 || Math.abs(v - (values[i - 1] ?? v) - step) <= slack);
  return regular && step !== 0 ? step : null;
}
