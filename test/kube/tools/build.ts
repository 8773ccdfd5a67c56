import { execFileSync, spawn } from "node:child_process";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../../../bin/engine/cache";
import { type Build, builds, folderOf, goModule, linkerFlags } from "./definitions";
import { findGo } from "./go";
import { fetchLayer, layerFolder } from "./layer";
import { exclusively } from "./lock";

/** What the builds take on disk while they go on: modules 2 GB, Go's own cache 2 GB, programs 0.8 GB. */
const NEEDED_GB = 6;

/** Go processes at once; a linker takes up to 2 GB. */
const JOBS = "2";

/** Where the test bed's programs lie. */
export const kubeCache = join(cacheDirectory(), "test", "kube");

/** The folder of a build's programs and of what it keeps of its module. */
export function placeOf(build: Build): string {
  return join(kubeCache, folderOf(build));
}

/** What is not built yet. */
export function missingBuilds(): readonly Build[] {
  return builds.filter((build) => !existsSync(placeOf(build)));
}

/** Whether every program is there, so that nothing needs Go or a registry. */
export function isComplete(): boolean {
  return missingBuilds().length === 0 && existsSync(layerFolder(kubeCache));
}

/**
 * Builds and fetches what is not there yet, at the lowest priority, one after the other; another process that does so
 * is waited for. `say` gets a line for each thing that begins or ends.
 *
 * @param signal ends a build, or the waiting for one
 * @throws Error with the end of the log where a build fails.
 */
export async function buildTools(say: (line: string) => void, signal?: AbortSignal): Promise<void> {
  if (isComplete()) return;
  mkdirSync(kubeCache, { recursive: true });
  await exclusively(kubeCache, () => buildMissing(say, signal), signal);
}

async function buildMissing(say: (line: string) => void, signal?: AbortSignal): Promise<void> {
  await fetchLayer(kubeCache, say);
  const missing = missingBuilds();
  if (missing.length === 0) return;
  const found = findGo();
  if ("missing" in found) throw new Error(found.missing);
  checkSpace();
  const started = Date.now();
  for (const [index, build] of missing.entries()) {
    const name = `${Object.keys(build.programs).join(" and ")} ${build.version.slice(1)}`;
    const begun = Date.now();
    say(`building ${name} (${index + 1} of ${missing.length}) ...`);
    await buildOne(found.go, build, signal);
    say(`${name} built in ${seconds(begun)} s`);
  }
  await rm(scratch(), { recursive: true, force: true });
  say(`${missing.length} builds in ${seconds(started)} s`);
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1000);
}

/** Go's own caches, shared by the builds and kept until the last one is done, so that an interrupted run goes on. */
function scratch(): string {
  return join(kubeCache, "go");
}

function checkSpace(): void {
  const { bavail, bsize } = statfsSync(kubeCache);
  const free = (bavail * bsize) / 1e9;
  if (free < NEEDED_GB)
    throw new Error(
      `building the test bed's programs takes ${NEEDED_GB} GB in ${kubeCache}, which has ${free.toFixed(1)}: ` +
        "make room or set ISTHMUS_CACHE",
    );
}

async function buildOne(go: string, build: Build, signal?: AbortSignal): Promise<void> {
  const place = placeOf(build);
  const building = `${place}.${process.pid}`;
  for (const name of readdirSync(kubeCache))
    if (name.startsWith(`${folderOf(build)}.`)) rmSync(join(kubeCache, name), { recursive: true }); // of a run that was killed
  mkdirSync(building);
  const run = (args: readonly string[]) => runGo(go, building, args, signal);
  try {
    writeFileSync(join(building, "go.mod"), goModule(build));
    await run(["mod", "download", build.module]);
    const module = (await run(["list", "-mod=mod", "-m", "-f", "{{.Dir}}", build.module])).trim();
    await patchModule(build, module, building);
    for (const [name, package_] of Object.entries(build.programs)) {
      // what a debugger would need takes a tenth of the compiler's time, and the linker drops it
      const quick = ["-gcflags=all=-dwarf=false", "-p", JOBS];
      const flags = ["-mod=mod", "-trimpath", "-buildvcs=false", ...quick, "-ldflags", linkerFlags(build)];
      await run(["build", ...flags, "-o", join(building, name), package_]);
    }
    for (const folder of build.keep ?? []) await cp(join(module, folder), join(building, folder), { recursive: true });
    rmSync(join(building, "module"), { recursive: true, force: true });
    renameSync(building, place);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    throw error;
  }
}

/** Has a build take a patched copy of its module, since Go refuses changes in its cache of modules. */
async function patchModule(build: Build, module: string, folder: string): Promise<void> {
  if (!build.patch) return;
  await cp(module, join(folder, "module"), { recursive: true });
  // Go's cache is read-only, directories too: nobody but root could change the copy, or remove it again.
  execFileSync("chmod", ["-R", "u+w", join(folder, "module")]);
  for (const [file, [from, to]] of Object.entries(build.patch)) {
    const path = join(folder, "module", file);
    const text = readFileSync(path, "utf8");
    if (!text.includes(from)) throw new Error(`${build.module} ${build.version}: ${file} has no ${from} to patch`);
    writeFileSync(path, text.replaceAll(from, to));
  }
  writeFileSync(join(folder, "go.mod"), `${goModule(build)}\nreplace ${build.module} => ./module\n`);
}

/** Runs Go with caches of its own and its messages in a log; ends with this process at the latest. */
function runGo(go: string, folder: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  const log = join(kubeCache, "build.log");
  const env = {
    ...process.env,
    GOCACHE: join(scratch(), "build"),
    GOMODCACHE: join(scratch(), "modules"),
    GOFLAGS: "-modcacherw",
    GOWORK: "off",
    GOTOOLCHAIN: "local",
    CGO_ENABLED: "0",
  };
  return new Promise((done, fail) => {
    const child = spawn("nice", ["-n", "19", go, ...args], {
      cwd: folder,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const end = () => endGroup(child.pid);
    process.once("exit", end);
    signal?.addEventListener("abort", end);
    const told = { out: "", err: "" };
    const stream = createWriteStream(log, { flags: "a" });
    lowest(child.pid);
    child.stdout.on("data", (chunk) => (told.out += String(chunk)));
    child.stderr.on("data", (chunk) => {
      told.err = (told.err + String(chunk)).slice(-4000);
      stream.write(chunk);
    });
    child.on("error", fail);
    child.on("close", (code) => {
      process.removeListener("exit", end);
      signal?.removeEventListener("abort", end);
      stream.end();
      if (code === 0) return done(told.out);
      fail(new Error(`go ${args.join(" ")} failed (${log}):\n${told.err.trim().split("\n").slice(-8).join("\n")}`));
    });
  });
}

/** Where the kernel groups processes by session for scheduling, niceness counts only inside the group, so the group is made nice too. */
function lowest(id: number | undefined): void {
  try {
    writeFileSync(`/proc/${id}/autogroup`, "19");
  } catch {
    // a kernel without such groups
  }
}

function endGroup(id: number | undefined): void {
  if (!id) return;
  try {
    process.kill(-id, "SIGTERM");
  } catch {
    // gone already
  }
}
