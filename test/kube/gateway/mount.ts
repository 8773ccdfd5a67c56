import { mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Manifest } from "../api";

/** What a ConfigMap holds, by key. */
export function entriesOf(map: Manifest): [string, Buffer][] {
  const { data = {}, binaryData = {} } = map as { data?: Record<string, string>; binaryData?: Record<string, string> };
  return [
    ...Object.entries(data).map(([key, text]): [string, Buffer] => [key, Buffer.from(text)]),
    ...Object.entries(binaryData).map(([key, text]): [string, Buffer] => [key, Buffer.from(text, "base64")]),
  ];
}

/** Writes a mounted volume as a kubelet does: into a new folder, to which the link `..data` turns in one step. */
export function writeMount(place: string, entries: ReadonlyMap<string, Buffer>): void {
  const old = readdirSync(place).filter((name) => !name.startsWith("..data"));
  const folder = mkdtempSync(join(place, "..2026_"));
  for (const [key, bytes] of entries) writeFileSync(join(folder, key), bytes);
  symlinkSync(basename(folder), join(place, "..data_tmp"));
  renameSync(join(place, "..data_tmp"), join(place, "..data"));
  for (const name of old)
    if (name.startsWith("..") || !entries.has(name)) rmSync(join(place, name), { recursive: true });
  for (const key of entries.keys()) if (!old.includes(key)) symlinkSync(join("..data", key), join(place, key));
}
