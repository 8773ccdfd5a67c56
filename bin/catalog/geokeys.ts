import type { CogRecord } from "../../constructs/catalog/record";
import type { TiffDirectory } from "./tiff";

const tag = { scale: 33_550, tie: 33_922, matrix: 34_264, keys: 34_735, doubles: 34_736 } as const;
const key = { modelType: 1024, rasterType: 1025, geographic: 2048, projected: 3072, major: 2057, minor: 2058 } as const;
const inverseFlattening = 2059;
/** GeoTIFF's word for "told by other keys". */
const userDefined = 32_767;

/** Where an image lies, as its GeoTIFF keys tell. */
export interface Georeference extends Pick<CogRecord, "crs" | "wkt" | "transform" | "sampling"> {
  /** Whether its coordinates are degrees. */
  readonly geographic: boolean;
}

/** Reads the keys. */
export function georeference(directory: TiffDirectory): Georeference {
  const keys = keysOf(directory);
  const geographic = keys.get(key.modelType) === 2;
  const code = keys.get(geographic ? key.geographic : key.projected);
  const known = code !== undefined && code !== userDefined;
  const wkt = geographic && !known ? geographicWkt(keys) : undefined;
  const sampling = keys.get(key.rasterType) === 2 ? "point" : "area";
  return {
    geographic,
    crs: known ? `EPSG:${code}` : null,
    ...(wkt === undefined ? {} : { wkt }),
    transform: transformOf(directory, sampling),
    sampling,
  };
}

function keysOf(directory: TiffDirectory): Map<number, number> {
  const [entries = [], doubles = []] = [directory.get(tag.keys), directory.get(tag.doubles)];
  const keys = new Map<number, number>();
  for (let i = 4; i + 3 < entries.length; i += 4) {
    const [id = 0, location = 0, , value = 0] = entries.slice(i, i + 4);
    if (location === 0) keys.set(id, value);
    if (location === tag.doubles) keys.set(id, doubles[value] ?? Number.NaN);
  }
  return keys;
}

/** A place's pixel: the corner of the first one, also where the file gives its centre. */
function transformOf(directory: TiffDirectory, sampling: CogRecord["sampling"]): CogRecord["transform"] {
  const [a, b, , c, d, e, , f] = matrixOf(directory) ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined || f === undefined)
    return null;
  return sampling === "point" ? [a, b, c - (a + b) / 2, d, e, f - (d + e) / 2] : [a, b, c, d, e, f];
}

function matrixOf(directory: TiffDirectory): readonly number[] | undefined {
  const matrix = directory.get(tag.matrix);
  if (matrix?.length === 16) return matrix;
  const [sx, sy] = directory.get(tag.scale) ?? [];
  const [column, row, , x, y] = directory.get(tag.tie) ?? [];
  if (sx === undefined || sy === undefined || column === undefined || row === undefined) return undefined;
  if (x === undefined || y === undefined) return undefined;
  return [sx, 0, 0, x - column * sx, 0, -sy, 0, y + row * sy];
}

/** Of a body without a code: climate models know the Earth as a sphere. */
function geographicWkt(keys: ReadonlyMap<number, number>): string | undefined {
  const major = keys.get(key.major);
  if (major === undefined) return undefined;
  const minor = keys.get(key.minor);
  const flattening =
    keys.get(inverseFlattening) ?? (minor === undefined || minor === major ? 0 : major / (major - minor));
  const degree = 'ANGLEUNIT["degree",0.0174532925199433]';
  return [
    `GEOGCRS["unknown",DATUM["unknown",ELLIPSOID["unknown",${major},${flattening},LENGTHUNIT["metre",1]]]`,
    `PRIMEM["Greenwich",0,${degree}],CS[ellipsoidal,2]`,
    `AXIS["latitude",north,ORDER[1]],AXIS["longitude",east,ORDER[2]],${degree}]`,
  ].join(",");
}
