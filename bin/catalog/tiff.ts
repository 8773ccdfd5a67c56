import { partOf } from "./file-record";
import { ReadFailure } from "./http";

/** Read at first: the whole head of most files. Bytes. */
const headBytes = 65_536;

/** A directory of more entries, or a value of more bytes, is no image's. */
const mostEntries = 4096;
const mostBytes = 2 ** 24;

/** Bytes of an item by TIFF's field type. */
const itemBytes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  11: 4,
  12: 8,
  16: 8,
  17: 8,
  18: 8,
};

/** A directory of a TIFF file: an image, or a reduced copy of one. Values by tag; texts as bytes. */
export type TiffDirectory = ReadonlyMap<number, readonly number[]>;

/** Reads the directories of a TIFF or BigTIFF file, by ranges, first one first. */
export async function readTiff(url: string): Promise<TiffDirectory[]> {
  const file = new TiffFile(url, await partOf(url, 0, headBytes));
  const directories: TiffDirectory[] = [];
  for (let at = file.first; at !== 0 && directories.length < mostEntries; ) {
    const { directory, next } = await file.directory(at);
    directories.push(directory);
    at = next;
  }
  return directories;
}

class TiffFile {
  readonly first: number;
  private readonly little: boolean;
  private readonly big: boolean;

  constructor(
    private readonly url: string,
    private readonly head: Uint8Array,
  ) {
    const order = String.fromCharCode(head[0] ?? 0, head[1] ?? 0);
    this.little = order === "II";
    const version = head.length < 16 ? 0 : this.view(head).getUint16(2, this.little);
    this.big = version === 43;
    if ((order !== "II" && order !== "MM") || (version !== 42 && version !== 43))
      throw this.wrong("is not a TIFF file");
    this.first = this.big
      ? Number(this.view(head).getBigUint64(8, this.little))
      : this.view(head).getUint32(4, this.little);
  }

  async directory(at: number): Promise<{ directory: TiffDirectory; next: number }> {
    const [counter, entry, pointer] = this.big ? [8, 20, 8] : [2, 12, 4];
    const count = this.integer(await this.bytes(at, counter), 0, counter);
    if (count > mostEntries) throw this.wrong("has a directory that cannot be read");
    const bytes = await this.bytes(at + counter, count * entry + pointer);
    const directory = new Map<number, readonly number[]>();
    for (let i = 0; i < count; i++) {
      const tag = this.view(bytes).getUint16(i * entry, this.little);
      directory.set(tag, await this.values(bytes.subarray(i * entry, (i + 1) * entry)));
    }
    return { directory, next: this.integer(bytes, count * entry, pointer) };
  }

  private async values(entry: Uint8Array): Promise<readonly number[]> {
    const type = this.view(entry).getUint16(2, this.little);
    const [countSize, at] = this.big ? [8, 12] : [4, 8];
    const count = this.integer(entry, 4, countSize);
    const size = (itemBytes[type] ?? 0) * count;
    if (size > mostBytes) return []; // offsets of a very large image's tiles: nobody here needs them
    const bytes =
      size <= entry.length - at ? entry.subarray(at) : await this.bytes(this.integer(entry, at, countSize), size);
    return Array.from({ length: size === 0 ? 0 : count }, (_, i) => this.item(bytes, i, type));
  }

  private item(bytes: Uint8Array, i: number, type: number): number {
    const [view, size] = [this.view(bytes), itemBytes[type] ?? 1];
    if (type === 11) return view.getFloat32(i * size, this.little);
    if (type === 12) return view.getFloat64(i * size, this.little);
    return this.integer(bytes, i * size, size);
  }

  private integer(bytes: Uint8Array, at: number, size: number): number {
    const view = this.view(bytes);
    if (size === 1) return view.getUint8(at);
    if (size === 2) return view.getUint16(at, this.little);
    return size === 4 ? view.getUint32(at, this.little) : Number(view.getBigUint64(at, this.little));
  }

  private async bytes(at: number, length: number): Promise<Uint8Array> {
    const found =
      at + length <= this.head.length ? this.head.subarray(at, at + length) : await partOf(this.url, at, length);
    if (found.length < length) throw this.wrong("ends before its directory does");
    return found;
  }

  private view(bytes: Uint8Array): DataView {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private wrong(what: string): ReadFailure {
    return new ReadFailure(this.url, what, "publish the file again, or correct the dataset's `kind` or `path`");
  }
}
