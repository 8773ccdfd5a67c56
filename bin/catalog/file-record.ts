import type { ReferencesRecord, StoredObject } from "../../constructs/catalog/record";
import { digestObject, ReadFailure, readObject, sizeOfObject } from "./http";
import type { Reading } from "./zarr-record";

/** Larger files are told by their size alone. Bytes. */
const mostDigested = 256 * 2 ** 20;

/** Size and digest of a file below a link; `key` is empty for the link itself. Undefined where there is none. */
export async function fileAt(url: string, key: string): Promise<StoredObject | undefined> {
  const place = key === "" ? url : `${url}/${key}`;
  const bytes = await sizeOfObject(place);
  if (bytes === undefined) return undefined;
  return bytes > mostDigested ? { key, bytes } : { key, bytes, ...(await digestObject(place)) };
}

/** The file at a link, else one that tells what the directory there holds. */
export async function fileOrIndex(url: string, index?: string): Promise<StoredObject> {
  const object = (await fileAt(url, "")) ?? (index === undefined ? undefined : await fileAt(url, index));
  if (object) return object;
  throw new ReadFailure(url, "no such file", "publish the dataset first, or correct its `bucket` and `path`");
}

/** What a reviewer should know of a file that was not read whole. */
export function tooLarge({ sha256, bytes }: StoredObject): string[] {
  return sha256 === undefined ? [`${bytes} bytes, too many to read for a digest`] : [];
}

/** A part of a file, at most `length` bytes; a negative `start` counts from the end. */
export async function partOf(url: string, start: number, length: number): Promise<Uint8Array> {
  const range = start < 0 ? `bytes=${start}` : `bytes=${start}-${start + length - 1}`;
  const bytes = await readObject(url, range);
  if (!bytes) throw new ReadFailure(url, "is gone while it was read", "record again");
  // A server without ranges sends the whole file.
  return bytes.length <= length ? bytes : start < 0 ? bytes.subarray(start) : bytes.subarray(start, start + length);
}

/** Kerchunk's references are one JSON file, or a directory of Parquet files with one that tells what they hold. */
export async function readReferences(dataset: string, url: string): Promise<Reading<ReferencesRecord>> {
  const object = await fileOrIndex(url, ".zmetadata");
  return { record: { format: 1, dataset, kind: "references", object }, remarks: tooLarge(object) };
}
