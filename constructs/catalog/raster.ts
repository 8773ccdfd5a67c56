import type { CogRecord } from "./record";

/** An image as STAC's own fields, the projection and the raster extension tell it; what all bands share stands beside them. */
export function raster(record: CogRecord) {
  const { crs, wkt, transform, width, height, nodata, unit } = record;
  return {
    data_type: record.dtype,
    ...(nodata === undefined ? {} : { nodata }),
    ...(unit === undefined ? {} : { unit }),
    "raster:sampling": record.sampling,
    // Null says, in the extension's words, that the system has no code; WKT2 tells it where it can be told.
    "proj:code": crs,
    ...(wkt === undefined ? {} : { "proj:wkt2": wkt }),
    "proj:shape": [height, width],
    ...(transform ? { "proj:transform": transform, "proj:bbox": projectedBbox(transform, width, height) } : {}),
    bands: record.bands.map((name) => ({ name })),
  };
}

function projectedBbox([a, b, c, d, e, f]: NonNullable<CogRecord["transform"]>, width: number, height: number) {
  const corners = [0, width].flatMap((column) =>
    [0, height].map((row) => [a * column + b * row + c, d * column + e * row + f] as const),
  );
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
