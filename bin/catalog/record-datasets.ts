import type { CatalogDataset } from "../../constructs/catalog/input";
import type { DatasetRecord } from "../../constructs/catalog/record";
import { readCog } from "./cog-record";
import { readReferences } from "./file-record";
import { ReadFailure } from "./http";
import { readParquet } from "./parquet-record";
import { recordPath, writeRecord } from "./record-file";
import { type Reading, readIcechunk, readZarr } from "./zarr-record";

/** Datasets read at once: enough to hide waiting, few enough not to be a load. */
const atOnce = 4;

export interface SiteDataset {
  readonly site: string;
  readonly dataset: Pick<CatalogDataset, "id" | "kind" | "access" | "https">;
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

async function recordOne(directory: string, { site, dataset }: SiteDataset): Promise<Outcome> {
  const reason = reasonToSkip(dataset);
  if (reason) return { result: "skipped", reason };
  try {
    const { record, remarks } = await read(dataset, dataset.https ?? "");
    const changed = writeRecord(recordPath(directory, site, dataset.id), record);
    return { result: changed ? "recorded" : "unchanged", record, remarks };
  } catch (error) {
    if (error instanceof ReadFailure) return { result: "failed", reason: error.message };
    throw error;
  }
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
