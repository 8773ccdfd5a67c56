import type { CogRecord } from "../../constructs/catalog/record";
import { fileOrIndex, tooLarge } from "./file-record";
import { gdalMetadata } from "./gdal-metadata";
import { type Georeference, georeference } from "./geokeys";
import { ReadFailure } from "./http";
import { degrees, longitudeRange } from "./longitude";
import { namedInterval } from "./named-times";
import { readTiff, type TiffDirectory } from "./tiff";
import type { Reading } from "./zarr-record";

const tag = {
  subfile: 254,
  width: 256,
  height: 257,
  bits: 258,
  samples: 277,
  tileWidth: 322,
  tileHeight: 323,
  format: 339,
  metadata: 42_112,
  nodata: 42_113,
} as const;

/** Kinds of numbers by TIFF's SampleFormat; 1 where a file does not say. */
const formats: Readonly<Record<number, string>> = { 1: "uint", 2: "int", 3: "float", 5: "cint", 6: "cfloat" };

/** Reads the head of a cloud-optimized GeoTIFF: its shape, place and bands. */
export async function readCog(dataset: string, url: string): Promise<Reading<CogRecord>> {
  const object = await fileOrIndex(url);
  const [image, ...others] = await readTiff(url);
  if (!image) throw new ReadFailure(url, "is a TIFF file without an image", "publish it again");
  const one = (id: number, missing = 0) => image.get(id)?.[0] ?? missing;
  if (!image.has(tag.tileWidth))
    throw new ReadFailure(url, "is a TIFF file of strips, not of tiles", "write it as a cloud-optimized GeoTIFF");
  const [width, height, count] = [one(tag.width), one(tag.height), one(tag.samples, 1)];
  const place = georeference(image);
  const { items, names, units } = gdalMetadata(text(image, tag.metadata));
  const bands = Array.from({ length: count }, (_, i) => names.get(i) ?? String(i + 1));
  const bbox = bboxOf(place, width, height);
  const [title, license, unit] = [items.get("title"), items.get("license"), commonUnit(units, count)];
  const nodata = nodataOf(text(image, tag.nodata));
  const record: CogRecord = {
    ...{ format: 1, dataset, kind: "cog", object },
    ...(title ? { title } : {}),
    ...(license ? { license } : {}),
    bbox,
    interval: names.size === count ? namedInterval(bands) : null,
    width,
    height,
    tile: [one(tag.tileWidth), one(tag.tileHeight)],
    overviews: others.filter((other) => ((other.get(tag.subfile)?.[0] ?? 0) & 5) === 1).length,
    dtype: `${formats[one(tag.format, 1)] ?? "other"}${one(tag.bits, 1)}`,
    ...(nodata === undefined ? {} : { nodata }),
    ...(unit ? { unit } : {}),
    sampling: place.sampling,
    crs: place.crs,
    ...(place.wkt === undefined ? {} : { wkt: place.wkt }),
    transform: place.transform,
    bands,
  };
  const unplaced = bbox ? [] : ["its place in degrees is unknown: only geographic coordinates are understood here"];
  return { record, remarks: [...tooLarge(object), ...unplaced] };
}

function text(image: TiffDirectory, id: number): string {
  const bytes = Uint8Array.from(image.get(id) ?? []);
  return new TextDecoder().decode(bytes).replaceAll("\0", "").trim();
}

function nodataOf(written: string): CogRecord["nodata"] {
  if (written === "") return undefined;
  const word = written.toLowerCase();
  if (word === "nan" || word === "inf" || word === "-inf") return word;
  return Number.isFinite(Number(word)) ? Number(word) : undefined;
}

function commonUnit(units: ReadonlyMap<number, string>, count: number): string | undefined {
  const [first] = units.values();
  return units.size === count && [...units.values()].every((unit) => unit === first) ? first : undefined;
}

/** The edges of the outermost cells. */
function bboxOf({ geographic, transform }: Georeference, width: number, height: number): CogRecord["bbox"] {
  if (!geographic || !transform) return null;
  const [a, b, c, d, e, f] = transform;
  const corners = [0, width].flatMap((column) =>
    [0, height].map((row) => [a * column + b * row + c, d * column + e * row + f] as const),
  );
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [west, east] = [Math.min(...xs), Math.max(...xs)];
  const onEarth = (y: number) => degrees(Math.min(90, Math.max(-90, y)));
  const [south, north] = [onEarth(Math.min(...ys)), onEarth(Math.max(...ys))];
  const span = longitudeRange(west, east);
  return [span[0], south, span[1], north];
}
