import type { DatasetCopy } from "../../config/resolve/mirrors";
import type { CatalogDataset } from "../../constructs/catalog/input";
import type { DatasetRecord, Manifest } from "../../constructs/catalog/record";
import { readCog } from "./cog-record";
import { compareCopy } from "./copies";
import { readReferences } from "./file-record";
import { ReadFailure, readObject } from "./http";
import { readParquet } from "./parquet-record";
import { readRecord, recordPath, writeRecord } from "./record-file";
import { type Reading, readIcechunk, readZarr } from "./zarr-record";

/** Datasets read at once: enough to hide waiting, few enough not to be a load. */
const atOnce = 4;

export interface SiteDataset {
  readonly site: string;
  readonly dataset: Pick<CatalogDataset, "id" | "kind" | "access" | "https">;
  /** Its copies at other sites. Default none. */
  readonly copies?: readonly DatasetCopy[];
}

/** How the recording of one dataset ended. Failures of one do not keep the others from being recorded. */
export type Outcome =
  | { readonly result: "recorded" | "unchanged"; readonly record: DatasetRecord; readonly remarks: readonly string[] }
  | { readonly result: "skipped" | "failed"; readonly reason: string };

/** Reads the datasets over their https links and writes their records below `<directory>/catalog/`; `tell` hears of each as it is done. */
export async function recordDatasets(
  directory: string,
  datasets: readonly SiteDataset[],
  tell: (of: SiteDataset, outcome: Outcome) => void,
): Promise<void> {
  const waiting = [...datasets];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) tell(next, await recordOne(directory, next));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function recordOne(directory: string, { site, dataset, copies = [] }: SiteDataset): Promise<Outcome> {
  const reason = reasonToSkip(dataset);
  if (reason) return { result: "skipped", reason };
  try {
    const path = recordPath(directory, site, dataset.id);
    const { record, remarks } = await read(dataset, dataset.https ?? "");
    const compared = await compareCopies(copies, earlierMirrors(path, dataset.id));
    const whole = { ...record, ...(Object.keys(compared.mirrors).length > 0 ? { mirrors: compared.mirrors } : {}) };
    const changed = writeRecord(path, whole);
    const told = [...remarks, ...compared.remarks];
    return { result: changed ? "recorded" : "unchanged", record: whole, remarks: told };
  } catch (error) {
    if (error instanceof ReadFailure) return { result: "failed", reason: error.message };
    throw error;
  }
}

type Mirrors = Readonly<Record<string, Manifest>>;

function earlierMirrors(path: string, dataset: string): Mirrors {
  const record = readRecord(path, dataset);
  return record === undefined || Array.isArray(record) ? {} : (record.mirrors ?? {});
}

/** The copies that are whole. Of one that cannot be looked at, what was known before stays. */
async function compareCopies(copies: readonly DatasetCopy[], earlier: Mirrors) {
  const mirrors: Record<string, Manifest> = {};
  const remarks: string[] = [];
  for (const copy of copies) {
    const { site } = copy;
    try {
      const found = await compareCopy(readObject, copy);
      if ("manifest" in found) mirrors[site] = found.manifest;
      else remarks.push(`the copy at ${site} is not whole, so it is not listed: ${found.differs}`);
    } catch (error) {
      if (!(error instanceof ReadFailure)) throw error;
      const before = earlier[site];
      if (before) mirrors[site] = before;
      remarks.push(
        `the copy at ${site} was not compared, it is ${before ? "listed as before" : "not listed"}: ${error.message}`,
      );
    }
  }
  return { mirrors, remarks };
}

function reasonToSkip({ kind, access, https }: SiteDataset["dataset"]): string | undefined {
  if (access !== "public") return "not public: there is no link to read it by";
  if (https === null) return "no https link";
  return kind === "tiledb" ? "nothing of a TileDB array can be read without its library" : undefined;
}

type Reader = (dataset: string, https: string) => Promise<Reading<DatasetRecord>>;

const readers: Readonly<Record<Exclude<CatalogDataset["kind"], "tiledb">, Reader>> = {
  zarr: readZarr,
  icechunk: readIcechunk,
  cog: readCog,
  parquet: readParquet,
  references: readReferences,
};

function read({ id, kind }: SiteDataset["dataset"], https: string): Promise<Reading<DatasetRecord>> {
  if (kind === "tiledb") throw new Error("TileDB datasets are skipped");
  return readers[kind](id, https);
}
