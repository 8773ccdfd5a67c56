import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, homedir, platform } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { onPath } from "../../../bin/engine/on-path";
import { cached } from "../../cache";

/** Chromium as an npm package: a headless build for servers, x86-64 only, each part packed by brotli. */
const packed = {
  name: "@sparticuz/chromium@153.0.0",
  integrity: "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
};

const flags = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"],
];

/** A browser that starts here, or why there is none. */
export type Found =
  | { readonly path: string; readonly env: Readonly<Record<string, string>>; readonly version: string }
  | { readonly reason: string };

/** Chromium of PATH, else the npm package's, fetched once for a machine. */
export function findChromium(): Found {
  for (const path of onPath("chromium", process.env)) {
    const found = tried(path, {});
    if ("version" in found) return found;
  }
  if (platform() !== "linux" || arch() !== "x64")
    return { reason: `no chromium on PATH, and ${packed.name} is for Linux on x86-64` };
  try {
    const place = cached(`chromium-${packed.name.split("@").at(-1)}`, unpackChromium);
    const fonts = { FONTCONFIG_FILE: join(place, "fonts.conf") };
    const own = tried(join(place, "chromium"), fonts);
    // The libraries that come with it stand in where the machine has none; its own are the better ones.
    return "version" in own ? own : tried(join(place, "chromium"), { ...fonts, LD_LIBRARY_PATH: join(place, "lib") });
  } catch (error) {
    return { reason: `no chromium on PATH, and ${packed.name} cannot be had: ${String(error)}` };
  }
}

/** Starts a browser that knows nothing of earlier ones. */
export function startChromium(found: Exclude<Found, { reason: string }>): Promise<Browser> {
  const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? homedir(), ...found.env };
  return chromium.launch({ executablePath: found.path, args: flags, env, chromiumSandbox: false });
}

function tried(path: string, env: Readonly<Record<string, string>>): Found {
  const run = spawnSync(path, ["--version"], { encoding: "utf8", env: { ...process.env, ...env }, timeout: 60_000 });
  if (run.status === 0) return { path, env, version: run.stdout.trim() };
  return { reason: `${path} does not start: ${run.error?.message ?? run.stderr.trim().split("\n").at(-1)}` };
}

function unpackChromium(folder: string): void {
  must("npm", ["pack", packed.name, "--silent", "--pack-destination", folder], folder);
  const archive = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
  const digest = createHash("sha512").update(readFileSync(archive)).digest("base64");
  if (digest !== packed.integrity) throw new Error(`${archive} is not ${packed.name}: its sha512 is ${digest}`);
  must("tar", ["-xzf", archive, "--strip-components=2", "package/bin"], folder);
  writeFileSync(join(folder, "chromium"), brotliDecompressSync(readFileSync(join(folder, "chromium.br"))));
  chmodSync(join(folder, "chromium"), 0o755);
  for (const part of ["fonts", "al2023"]) {
    writeFileSync(join(folder, `${part}.tar`), brotliDecompressSync(readFileSync(join(folder, `${part}.tar.br`))));
    must("tar", ["-xf", `${part}.tar`], folder);
  }
  writeFileSync(join(folder, "fonts.conf"), fontsConf);
  for (const name of readdirSync(folder)) if (/\.(br|tar|tgz)$/.test(name)) rmSync(join(folder, name));
}

/** The machine's fonts where there are any, and those of the package. */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

function must(command: string, args: string[], cwd: string): void {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
}
