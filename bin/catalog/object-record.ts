import type { ObjectRecord, StoredObject } from "../../constructs/catalog/record";
import { digestObject, ReadFailure, readObject, sizeOfObject } from "./http";
import type { Reading } from "./zarr-record";

/** Larger files are told by their size alone. Bytes. */
const mostDigested = 256 * 2 ** 20;

/** Reads what can be read of a store that is not Zarr without its own library: the object that stands for its present state. */
export async function readStored(
  dataset: string,
  kind: ObjectRecord["kind"],
  url: string,
): Promise<Reading<ObjectRecord>> {
  if (kind === "icechunk") return readIcechunk(dataset, url);
  const object = (await fileAt(url, "")) ?? (kind === "cog" ? undefined : await fileAt(url, directoryKey[kind]));
  if (object) return { record: { format: 1, dataset, kind, object }, remarks: tooLarge(object) };
  throw new ReadFailure(url, "no such file", "publish the dataset first, or correct its `bucket` and `path`");
}

/** The file that tells what a directory of Parquet files holds: a data set's, kerchunk's. */
const directoryKey = { parquet: "_metadata", references: ".zmetadata" } as const;

async function fileAt(url: string, key: string): Promise<StoredObject | undefined> {
  const place = key === "" ? url : `${url}/${key}`;
  const bytes = await sizeOfObject(place);
  if (bytes === undefined) return undefined;
  return bytes > mostDigested ? { key, bytes } : { key, bytes, ...(await digestObject(place)) };
}

function tooLarge({ sha256, bytes }: StoredObject): string[] {
  return sha256 === undefined ? [`${bytes} bytes, too many to read for a digest`] : [];
}

/** Version 1 repositories name each branch's snapshot in a file of its own, version 2 all in one. */
async function readIcechunk(dataset: string, url: string): Promise<Reading<ObjectRecord>> {
  const key = "refs/branch.main/ref.json";
  const branch = await readObject(`${url}/${key}`);
  const object = await digestObject(`${url}/${branch ? key : "repo"}`);
  if (!object)
    throw new ReadFailure(url, "no Icechunk repository there", "publish it first, or correct its `bucket` and `path`");
  const snapshot = branch && snapshotOf(branch);
  const tip = { key: branch ? key : "repo", ...object };
  return {
    record: { format: 1, dataset, kind: "icechunk", object: tip, ...(snapshot ? { snapshot } : {}) },
    remarks: [],
  };
}

function snapshotOf(bytes: Uint8Array): string | undefined {
  try {
    const { snapshot } = JSON.parse(new TextDecoder().decode(bytes)) as { snapshot?: unknown };
    return typeof snapshot === "string" ? snapshot : undefined;
  } catch {
    return undefined;
  }
}
