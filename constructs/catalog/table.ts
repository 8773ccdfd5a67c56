import type { ParquetRecord } from "./record";

/** The table extension's fields of a recorded table. */
export function table(record: ParquetRecord) {
  return { "table:columns": record.columns, "table:row_count": record.rows };
}
