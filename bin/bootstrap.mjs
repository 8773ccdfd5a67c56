// Gets a fresh clone ready, with nothing but Node and Python: checks both, installs the packages, compiles, then runs
// what was asked for. No dependency, since none is there yet. Used by `npm start`, `npm run stop|bench|fuzz` and `pretest`.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { locked } from "./bootstrap-lock.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const say = (line) => console.log(`isthmus: ${line}`);

class Stop extends Error {}

function checkNode() {
  if (process.platform !== "linux")
    throw new Stop("sites run on Linux only; on another system use a Linux machine or WSL");
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Stop(`Node ${process.versions.node} is too old: install Node 20.19 or newer (22 and 24 are fine)`);
}

/** The first Python 3.11 to 3.13, by its real path: version managers' shims cannot be used by programs of another PATH. */
function findPython() {
  const probe = "import os,sys; print('%d.%d' % sys.version_info[:2], os.path.realpath(sys.executable))";
  const seen = [];
  for (const name of [process.env.ISTHMUS_PYTHON, "python3", "python3.13", "python3.12", "python3.11"]) {
    if (!name) continue;
    const run = spawnSync(name, ["-c", probe], { encoding: "utf8" });
    const [version, path] = run.status === 0 ? run.stdout.trim().split(" ") : [];
    if (version && ["3.11", "3.12", "3.13"].includes(version)) return path;
    if (version) seen.push(`${name} is ${version}`);
  }
  const found = seen.length > 0 ? ` (${seen.join(", ")})` : "";
  throw new Stop(`no Python 3.11, 3.12 or 3.13 on PATH${found}: install one, or name it in ISTHMUS_PYTHON`);
}

/** Runs a long step with its output in a log, so that a newcomer sees one line, and the end of the log when it fails. */
async function step(title, command, args) {
  const log = join(root, ".isthmus", "log", `${title.split(" ")[0]}.log`); // not below node_modules, which `npm ci` empties
  mkdirSync(dirname(log), { recursive: true });
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const live = process.stdout.isTTY
    ? setInterval(() => process.stdout.write(`\risthmus: ${title} ... ${seconds()} s`), 500)
    : undefined;
  if (!live) say(`${title} ...`);
  const out = openSync(log, "w");
  const child = spawn(command, args, { cwd: root, stdio: ["ignore", out, out] });
  const code = await new Promise((done) => {
    child.on("error", () => done(127));
    child.on("exit", (status) => done(status ?? 1));
  });
  clearInterval(live);
  if (live) process.stdout.write("\r");
  if (code === 0) return say(`${title}: done in ${seconds()} s`);
  const tail = readFileSync(log, "utf8").trimEnd().split("\n").slice(-15).join("\n");
  throw new Stop(`${title} failed (exit ${code}), the end of ${log}:\n${tail}`);
}

/** Runs a step only when what it depends on has changed since it last succeeded. */
async function once(stamp, digest, run) {
  const path = join(root, stamp);
  if (existsSync(path) && readFileSync(path, "utf8") === digest) return;
  await run();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, digest);
}

function digestOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths)
    hash
      .update(path)
      .update("\0")
      .update(readFileSync(join(root, path)))
      .update("\0");
  return hash.digest("hex");
}

/** TypeScript below a folder. A site that runs lies below its config, under a name with a dot: its files come and go, and are none of ours. */
function sources(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith("."))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(path);
      return entry.isFile() && path.endsWith(".ts") ? [path] : [];
    })
    .sort();
}

async function prepare() {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const lock = digestOf(["package-lock.json"]) + process.versions.modules;
  // No package of the lock needs its install script; not running them is quicker and safer.
  const install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await once("node_modules/.isthmus/lock", lock, () => step("packages from npm", npm, install));
  const code = ["bin", "config", "constructs", "stacks", "charts", "test/bench", "test/fuzz", "test/runner"]
    .filter((f) => existsSync(join(root, f)))
    .flatMap(sources);
  const compile = [join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.json"];
  await once("dist/.stamp", digestOf(["tsconfig.json", ...code]), () =>
    step("compile TypeScript", process.execPath, compile),
  );
}

/** Hands over to the compiled program, which ends this process with its exit code. */
function hand(python, args) {
  const env = { ...process.env, ISTHMUS_PYTHON: python, ISTHMUS_NODE: process.execPath };
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}

const commands = {
  start: ["dist/bin/isthmus.js", "demo"],
  stop: ["dist/bin/isthmus.js", "down", "--yes"],
  bench: ["dist/test/bench/run.js"],
  fuzz: ["dist/test/fuzz/run.js"],
  test: undefined,
};

try {
  const name = process.argv[2] ?? "";
  if (!(name in commands)) throw new Stop(`usage: node bin/bootstrap.mjs ${Object.keys(commands).join("|")}`);
  checkNode();
  const python = findPython();
  await locked(join(root, ".isthmus", "bootstrap.lock"), say, prepare);
  if (commands[name]) hand(python, [...commands[name], ...process.argv.slice(3)]);
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  console.error(`isthmus: ${error.message}`);
  process.exitCode = 1;
}
