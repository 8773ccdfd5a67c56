/** 1980-01-01: what `tar` and Python take for a date without a word. */
const modified = 315_532_800;
const blockBytes = 512;
/** Paths of more bytes go in two parts, cut at a slash. */
const [mostOfName, mostBefore] = [100, 155];

/**
 * A tar archive (ustar) of text files: the same files give the same bytes, whoever packs them, where and when.
 * @param files path -> text; packed in the order of their paths
 */
export function tarOf(files: ReadonlyMap<string, string>): string {
  const entries = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => entry(path, text));
  return entries.join("") + "\0".repeat(2 * blockBytes);
}

function entry(path: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  const rest = (blockBytes - (bytes % blockBytes)) % blockBytes;
  return header(path, bytes) + text + "\0".repeat(rest);
}

function header(path: string, bytes: number): string {
  const [before, name] = parted(path);
  const fields = (sum: string) =>
    [
      field(name, mostOfName),
      ...[octal(0o644, 8), octal(0, 8), octal(0, 8), octal(bytes, 12), octal(modified, 12), sum],
      ...["0", field("", 100), "ustar\0", "00", field("", 32), field("", 32), octal(0, 8), octal(0, 8)],
      ...[field(before, mostBefore), field("", 12)],
    ].join("");
  // The sum counts itself as eight blanks.
  const sum = [...fields(" ".repeat(8))].reduce((total, character) => total + character.charCodeAt(0), 0);
  return fields(`${sum.toString(8).padStart(6, "0")}\0 `);
}

/** @throws Error for a path that the format cannot hold */
function parted(path: string): [string, string] {
  if (!/^[\x21-\x7e]+$/.test(path)) throw new Error(`no path for an archive: ${path}`);
  if (path.length <= mostOfName) return ["", path];
  const cut = path.indexOf("/", path.length - mostOfName - 1);
  if (cut < 0 || cut > mostBefore) throw new Error(`too long a path for an archive: ${path}`);
  return [path.slice(0, cut), path.slice(cut + 1)];
}

function field(text: string, length: number): string {
  return text.padEnd(length, "\0");
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, "0")}\0`;
}
