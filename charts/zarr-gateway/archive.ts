import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** Files as one compressed archive, in parts. */
export interface Archive {
  /** sha256 of the archive before it was compressed: the same for the same files, whatever compressed it. */
  readonly digest: string;
  readonly parts: readonly Buffer[];
}

/**
 * Files as a gzipped tar archive (POSIX ustar) in parts of at most `partBytes`.
 *
 * @throws Error for a path that ustar cannot hold
 */
export function archiveOf(files: ReadonlyMap<string, string>, partBytes: number): Archive {
  const entries = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([path, text]) => entry(path, text));
  const tar = Buffer.concat([...entries, Buffer.alloc(2 * block)]);
  const packed = gzipSync(tar, { level: 9 });
  packed[9] = 255; // its header says on what system it was made, which would differ
  const parts = Array.from({ length: Math.ceil(packed.length / partBytes) }, (_, i) =>
    packed.subarray(i * partBytes, (i + 1) * partBytes),
  );
  return { digest: createHash("sha256").update(tar).digest("hex"), parts };
}

const block = 512;

function entry(path: string, text: string): Buffer[] {
  const content = Buffer.from(text);
  return [header(path, content.length), content, Buffer.alloc((block - (content.length % block)) % block)];
}

function header(path: string, size: number): Buffer {
  const { prefix, name } = split(path);
  const bytes = Buffer.alloc(block);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  const fields: readonly (readonly [at: number, text: string])[] = [
    [0, name],
    [100, octal(0o644, 7)], // mode
    [108, octal(0, 7)], // owner
    [116, octal(0, 7)], // group
    [124, octal(size, 11)],
    [136, octal(0, 11)], // time
    [148, "        "], // the checksum, as it counts itself
    [156, "0"], // a file
    [257, "ustar\u000000"],
    [345, prefix],
  ];
  for (const [at, text] of fields) bytes.write(text, at, "ascii");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 6)}\0 `, 148, "ascii");
  return bytes;
}

/** A path as ustar has it: 100 characters, and 155 of folders before them. */
function split(path: string): { readonly prefix: string; readonly name: string } {
  if (/[^\x20-\x7e]/.test(path)) throw new Error(`not a path for an archive: ${JSON.stringify(path)}`);
  if (path.length <= 100) return { prefix: "", name: path };
  const slash = path.indexOf("/", path.length - 101);
  if (slash < 1 || slash > 155) throw new Error(`too long a path for an archive: ${path}`);
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) };
}
