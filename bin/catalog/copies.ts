import { createHash } from "node:crypto";
import type { DatasetCopy } from "../../config/resolve/mirrors";
import type { Manifest } from "../../constructs/catalog/record";
import { type Fetch, type Listed, listed, listedByGoogle } from "./listing";

/** What a comparison of a copy with its original found: all of it, or how it differs, in words. */
export type Comparison = { readonly manifest: Manifest } | { readonly differs: string };

/** Compares a copy with its original, object for object, by what their stores list: nothing is read. */
export async function compareCopy(
  get: Fetch,
  { from, to, prefix, mayHold, by }: Pick<DatasetCopy, "from" | "to" | "prefix" | "mayHold" | "by">,
): Promise<Comparison> {
  // Both are Google's where its own service copies.
  const list = by === "transfer" ? listedByGoogle : listed;
  const found = await compared(list(get, from, prefix), list(get, to, prefix));
  const { manifest, missing, more, other } = found;
  if (manifest.objects === 0) return { differs: "the original has no objects" };
  const counts = [
    ...told(missing, "missing"),
    ...(mayHold ? [] : told(more, "too many")),
    ...told(other, otherwise[by]),
  ];
  return counts.length > 0 ? { differs: `of ${manifest.objects} objects, ${counts.join(", ")}` } : { manifest };
}

const byEtag = "with another size or ETag (other content, or the same uploaded in other parts)";
const otherwise = { s3: byEtag, site: byEtag, transfer: "with another size or checksum" } as const;

interface Difference {
  count: number;
  /** The first one's key. */
  first: string;
}

function told({ count, first }: Difference, what: string): string[] {
  return count > 0 ? [`${count} ${what}, ${count > 1 ? "the first " : ""}${first}`] : [];
}

/** Goes through two lists side by side: both are in the order of keys, so neither is held. */
async function compared(original: AsyncGenerator<Listed>, copy: AsyncGenerator<Listed>) {
  const hash = createHash("sha256");
  const [missing, more, other] = [none(), none(), none()];
  let [objects, bytes] = [0, 0];
  let [a, b] = await Promise.all([following(original), following(copy)]);
  while (a || b) {
    const order = !a ? 1 : !b ? -1 : Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
    if (order < 0 && a) note(missing, a);
    if (order > 0 && b) note(more, b);
    if (a && b && order === 0 && (a.bytes !== b.bytes || a.etag !== b.etag)) note(other, a);
    if (a && order <= 0) {
      hash.update(`${a.key}\0${a.bytes}\0${a.etag}\0`);
      objects += 1;
      bytes += a.bytes;
    }
    [a, b] = await Promise.all([order <= 0 ? following(original) : a, order >= 0 ? following(copy) : b]);
  }
  return { manifest: { objects, bytes, sha256: hash.digest("hex") }, missing, more, other };
}

function none(): Difference {
  return { count: 0, first: "" };
}

function note(difference: Difference, { key }: Listed): void {
  if (difference.count === 0) difference.first = key;
  difference.count += 1;
}

/** The next object; an empty one that stands for a folder is none, and files have no such thing. */
async function following(list: AsyncGenerator<Listed>): Promise<Listed | undefined> {
  for (;;) {
    const { value, done } = await list.next();
    if (done) return undefined;
    if (!(value.key.endsWith("/") && value.bytes === 0)) return value;
  }
}
