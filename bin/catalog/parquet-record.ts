import type { ParquetRecord } from "../../constructs/catalog/record";
import { fileOrIndex, tooLarge } from "./file-record";
import { degrees, longitudeRange } from "./longitude";
import { namedInterval } from "./named-times";
import { type ParquetColumn, type ParquetFooter, readFooter } from "./parquet-footer";
import type { Reading } from "./zarr-record";

/** Tables know no conventions for what a column means but its name. */
const names = {
  longitude: /^(?:longitude|lon)$/i,
  latitude: /^(?:latitude|lat)$/i,
  time: /^(?:time|date|datetime|timestamp|year)$/i,
};
const index = "_metadata";

/** Reads the footer of a Parquet file, or of a directory's `_metadata`. */
export async function readParquet(dataset: string, url: string): Promise<Reading<ParquetRecord>> {
  const object = await fileOrIndex(url, index);
  const footer = await readFooter(object.key === "" ? url : `${url}/${object.key}`);
  const record: ParquetRecord = {
    ...{ format: 1, dataset, kind: "parquet", object },
    bbox: bboxOf(footer),
    interval: intervalOf(footer),
    rows: footer.rows,
    rowGroups: footer.rowGroups,
    columns: footer.columns.map(({ name, type }) => ({ name, type })),
  };
  return { record, remarks: tooLarge(object) };
}

function rangeOf({ columns }: ParquetFooter, name: RegExp, least: number, greatest: number) {
  const range = columns.find((column) => name.test(column.name))?.range;
  return range && range[0] >= least && range[1] <= greatest ? range : undefined;
}

function bboxOf(footer: ParquetFooter): ParquetRecord["bbox"] {
  const x = rangeOf(footer, names.longitude, -360, 360);
  const y = rangeOf(footer, names.latitude, -90, 90);
  const span = x && longitudeRange(...x);
  return span && y ? [span[0], degrees(y[0]), span[1], degrees(y[1])] : null;
}

function intervalOf({ columns }: ParquetFooter): ParquetRecord["interval"] {
  const found = columns.find(({ name, range }) => range && names.time.test(name));
  if (!found?.range) return null;
  const [first, last] = found.range.map((value) => timeOf(found, value));
  return first && last ? [first[0], last[1]] : null;
}

/** The span that a value stands for: a year, a day, an instant. */
function timeOf({ name, type, perSecond }: ParquetColumn, value: number): readonly [string, string] | null {
  if (/^year$/i.test(name)) return namedInterval([String(value)]);
  if (type === "date") return namedInterval([new Date(value * 86_400_000).toISOString().slice(0, 10)]);
  if (type !== "timestamp" || perSecond === undefined) return null;
  const instant = new Date((value / perSecond) * 1000).toISOString();
  return [instant, instant];
}
