/** A line of the benchmark's table. */
export interface Row {
  readonly what: string;
  readonly seconds?: number;
  readonly megabytes?: number;
  readonly note?: string;
}

/** One plain table: what, wall seconds of the whole process, peak resident MB, ratio or target. */
export function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map((r) => r.what.length));
  const number = (value: number | undefined, digits: number, size: number) =>
    (value === undefined ? "" : value.toFixed(digits)).padStart(size);
  const lines = rows.map((r) =>
    `${r.what.padEnd(width)}  ${number(r.seconds, 2, 8)}  ${number(r.megabytes, 0, 6)}  ${r.note ?? ""}`.trimEnd(),
  );
  return [`${"what".padEnd(width)}   seconds      MB  ratio, target`, ...lines].join("\n");
}
