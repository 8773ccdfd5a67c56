import type { ZarrRecord } from "../../constructs/catalog/record";
import { type Axis, axisOf } from "./cf-axis";
import { type Coordinates, extremes } from "./coordinate";
import { degrees, longitudeSpan } from "./longitude";
import type { ZarrArray } from "./zarr-array";
import type { ZarrGroup } from "./zarr-group";

/** West, south, east, north from longitudes and latitudes, along dimensions of their own or on a curvilinear grid; null without them. */
export async function recordBbox(group: ZarrGroup, coordinates: Coordinates): Promise<ZarrRecord["bbox"]> {
  const [x, y] = [bestOf(group, "longitude"), bestOf(group, "latitude")];
  if (!x || !y) return null;
  const [longitudes, latitudes] = [await coordinates.read(x), await coordinates.read(y)];
  if (longitudes?.kind !== "numbers" || latitudes?.kind !== "numbers") return null;
  const span = longitudeSpan(longitudes.values, x.shape.length > 1);
  const range = extremes(latitudes.values);
  if (!span || !range) return null;
  const onEarth = (latitude: number) => degrees(Math.min(90, Math.max(-90, latitude)));
  return [span[0], onEarth(range[0]), span[1], onEarth(range[1])];
}

/** First and last time; null without a time that can be understood. */
export async function recordInterval(group: ZarrGroup, coordinates: Coordinates): Promise<ZarrRecord["interval"]> {
  const array = bestOf(group, "time");
  const time = array && (await coordinates.read(array));
  if (time?.kind !== "times") return null;
  const range = extremes<number | bigint>(time.values);
  return range ? [time.time.format(range[0]), time.time.format(range[1])] : null;
}

/** Of several on one axis (valid time, reference time; a cell's corners): the standard name first, then the fewest dimensions but at least one. */
function bestOf(group: ZarrGroup, axis: Axis): ZarrArray | undefined {
  const bounds = new Set([...group.arrays.values()].map(({ attributes }) => attributes.bounds));
  const named = (array: ZarrArray) => (array.attributes.standard_name === axis ? 0 : 1);
  const rank = ({ shape }: ZarrArray) => (shape.length === 0 ? 99 : shape.length);
  return [...group.arrays.values()]
    .filter((array) => axisOf(array) === axis && !bounds.has(array.name))
    .sort((a, b) => named(a) - named(b) || rank(a) - rank(b))[0];
}
