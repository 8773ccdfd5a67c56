import type { ArraysRecord, IcechunkRecord, RecordedVariable, ZarrRecord } from "../../constructs/catalog/record";
import { auxiliaryNames } from "./cf-axis";
import { Coordinates } from "./coordinate";
import { recordDimensions } from "./dimensions";
import { recordBbox, recordInterval } from "./extents";
import { readIcechunkGroup } from "./icechunk-group";
import { sampleOf } from "./samples";
import type { ZarrArray } from "./zarr-array";
import { readGroup, type ZarrGroup } from "./zarr-group";

/** A record, with what of the data could not be read into it. */
export interface Reading<R> {
  readonly record: R;
  readonly remarks: readonly string[];
}

/** Reads a Zarr store (v2 or v3) over HTTP: its metadata, its coordinates, and one stored object of each data variable. */
export async function readZarr(dataset: string, url: string): Promise<Reading<ZarrRecord>> {
  const group = await readGroup(url);
  const { metadata, zarrFormat } = group;
  const { words, extents, uncompressedBytes, arrays, remarks } = await readArrays(group);
  const own = { format: 1, dataset, kind: "zarr", zarrFormat, consolidated: true } as const;
  return { record: { ...own, ...words, ...extents, uncompressedBytes, metadata, ...arrays }, remarks };
}

/** The same of an Icechunk repository, at the tip of branch main. */
export async function readIcechunk(dataset: string, url: string): Promise<Reading<IcechunkRecord>> {
  const { group, specVersion, documents } = await readIcechunkGroup(url);
  const { words, extents, uncompressedBytes, arrays, remarks } = await readArrays(group);
  const own = { format: 1, dataset, kind: "icechunk", specVersion } as const;
  return { record: { ...own, ...words, ...extents, uncompressedBytes, documents, ...arrays }, remarks };
}

async function readArrays(group: ZarrGroup) {
  const auxiliary = auxiliaryNames(group.arrays, group.attributes);
  const coordinates = new Coordinates(group);
  const { title, license } = group.attributes;
  const extents: Pick<ArraysRecord, "bbox" | "interval"> = {
    bbox: await recordBbox(group, coordinates),
    interval: await recordInterval(group, coordinates),
  };
  const uncompressedBytes = [...group.arrays.values()].reduce((sum, array) => sum + bytesOf(array), 0);
  const arrays: Pick<ArraysRecord, "dimensions" | "variables"> = {
    dimensions: await recordDimensions(group, auxiliary, coordinates),
    variables: await recordVariables(group, auxiliary),
  };
  const words = {
    ...(typeof title === "string" && title !== "" ? { title } : {}),
    ...(typeof license === "string" && license !== "" ? { license } : {}),
  };
  return { words, extents, uncompressedBytes, arrays, remarks: coordinates.remarks };
}

function bytesOf({ shape, itemSize }: ZarrArray): number {
  return shape.reduce((n, length) => n * length, itemSize ?? 0);
}

async function recordVariables(
  group: ZarrGroup,
  auxiliary: ReadonlySet<string>,
): Promise<Record<string, RecordedVariable>> {
  const recorded: Record<string, RecordedVariable> = {};
  for (const array of group.arrays.values()) {
    const sample = auxiliary.has(array.name) ? undefined : await sampleOf(group, array);
    recorded[array.name] = {
      role: auxiliary.has(array.name) ? "auxiliary" : "data",
      dimensions: [...array.dimensions],
      shape: [...array.shape],
      chunks: [...array.chunks],
      ...(array.sharded ? { shards: [...array.objects] } : {}),
      dtype: array.dtype,
      ...textual(array.attributes),
      ...(sample ? { sample } : {}),
    };
  }
  return recorded;
}

function textual({ units, long_name: longName, standard_name: standardName }: ZarrArray["attributes"]) {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  return {
    ...(text(units) === undefined ? {} : { unit: text(units) as string }),
    ...(text(longName) === undefined ? {} : { longName: text(longName) as string }),
    ...(text(standardName) === undefined ? {} : { standardName: text(standardName) as string }),
  };
}
