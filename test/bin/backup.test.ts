import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tryLock } from "../../bin/engine/lock";

/** The commands on a site's directory as an install leaves it, without programs. */
const program = join(__dirname, "../../dist/bin/isthmus.js");
let folder: string;

// Each command starts Node and up to two Pythons; a test gives several.
vi.setConfig({ testTimeout: 240_000 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-backup-"));
  config(folder, "demo", "east");
  file(".isthmus/demo/east/secrets/base.secrets.json", `{"ROOT_SECRET_KEY": "open-sesame"}`);
  file("state/demo/east-base.tfstate", `{"resources": [1]}`);
  file("catalog/east/sst.json", "{}");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function config(at: string, federation: string, site: string): void {
  mkdirSync(join(at, "sites"), { recursive: true });
  const top = `format: 1\nfederation: ${federation}\ntitle: Demo\ncontact: https://example.org\nsites: [sites/*.yaml]\n`;
  writeFileSync(join(at, "federation.yaml"), top);
  const store =
    "site: store\ninstitution: Store\nprovider: store\nendpoint: https://store.example.org\nanonymous: true\nlake: { buckets: { pub: { purpose: library, existing: pub, public: true } } }\ndatasets: { sst: { title: SST, bucket: pub, path: sst, kind: zarr, license: CC0-1.0 } }\n";
  writeFileSync(join(at, "sites/store.yaml"), store);
  const here = `site: ${site}\ninstitution: Here\nprovider: hpc\nlogin: here\nscheduler: { kind: local }\nlisten: { port: 8610 }\n`;
  writeFileSync(join(at, `sites/${site}.yaml`), here);
}

function isthmus(...args: string[]) {
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
}

/** Makes a backup where commands make it unless told otherwise; its path. */
function backedUp(): string {
  const { status, stdout, stderr } = isthmus("backup", "east", "--json");
  expect(stderr).toContain("isthmus: copied");
  expect(status).toBe(0);
  return (JSON.parse(stdout) as { archive: string }).archive;
}

test("a backup and its restore into another folder, by files and by pipes", () => {
  const archive = backedUp();
  expect(archive).toMatch(/backups\/east-\d{8}T\d{6}Z\.isthmus-backup\.tar\.gz$/);
  expect(readFileSync(join(folder, "backups/.gitignore"), "utf8")).toContain("*");
  for (const part of [".isthmus", "state", "catalog"]) rmSync(join(folder, part), { recursive: true });
  const restored = isthmus("restore", archive);
  expect(restored.stdout).toMatch(/^east as of .*Z: 3 parts restored, 0 were there already\n/);
  expect(restored.stdout).toContain("then isthmus up east");
  expect(readFileSync(join(folder, ".isthmus/demo/east/secrets/base.secrets.json"), "utf8")).toContain("open-sesame");
  expect(existsSync(join(folder, "state/demo/east-base.tfstate"))).toBe(true);

  const pipes = `"$0" "$1" backup east -o - > a.tar.gz && "$0" "$1" restore - --site east --json < a.tar.gz`;
  const piped = spawnSync("sh", ["-c", pipes, process.execPath, program], { cwd: folder, encoding: "utf8" });
  expect(piped.stderr).not.toContain("sesame");
  expect(JSON.parse(piped.stdout)).toMatchObject({ ok: true, restored: [], already: { length: 3 } });
});

test("no secret is in what the commands say", () => {
  const { stdout, stderr } = isthmus("backup", "east");
  expect(stdout).toContain("it holds every secret of the site in the clear");
  expect(stdout).toMatch(/in it: secrets of base; databases: none; engine's state: east-base; 1 record of datasets/);
  expect(stdout + stderr).not.toContain("sesame");
});

test("a config with faults stops no backup of what was deployed", () => {
  const entry = { format: 1, stack: "east-base", site: "east", dependencies: [], directory: "x" };
  const resource = { terraform_data: { site: { input: { root: ".isthmus/demo/east", part: "base" } } } };
  file("state/demo/index/east-base.json", JSON.stringify({ ...entry, config: { resource } }));
  file("sites/broken.yaml", "site: [");
  expect(existsSync(backedUp())).toBe(true);
  rmSync(join(folder, "state"), { recursive: true }); // now nothing tells where the site is
  expect(isthmus("backup", "east")).toMatchObject({ status: 1, stderr: expect.stringContaining("broken.yaml") });
});

test("where git would take it, no backup is written", () => {
  const git = (...args: string[]) => expect(spawnSync("git", args, { cwd: folder }).status).toBe(0);
  git("init", "--quiet");
  const refused = isthmus("backup", "east", "-o", "east.tar.gz");
  expect(refused).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(
      /east\.tar\.gz lies in the git working tree .* and git does not ignore it: .* add it to \.gitignore, or choose another place by --output/,
    ),
  });
  expect(readdirSync(folder).filter((name) => name.includes("tar.gz"))).toEqual([]);
  backedUp(); // into a folder that ignores itself
  file(".gitignore", "*.tar.gz\n");
  expect(isthmus("backup", "east", "-o", "east.tar.gz").status).toBe(0);
  mkdirSync(join(folder, "kept"));
  expect(isthmus("backup", "east", "-o", "kept").status).toBe(0);
  expect(readdirSync(join(folder, "kept"))).toEqual([expect.stringMatching(/^east-.*\.isthmus-backup\.tar\.gz$/)]);
});

test.each([
  [["backup", "esat"], /no site "esat": did you mean "east"\?/],
  [["backup", "store"], /site store has nothing on this machine to back up; there are east/],
  [["backup", "east", "-o", "no/such/folder/x"], /there is no folder .*no\/such\/folder: make it first/],
  [["backup", "east", "-o", "/dev/null"], /\/dev\/null is no file/],
  [["backup", "east", "-o", "-", "--json"], /--json and --output - both want stdout: choose one/],
  [["restore", "nothing.tar.gz"], /there is no file nothing\.tar\.gz/],
  [["restore", "-"], /say by --site whose backup comes by stdin/],
  [["restore", "x", "--site", "store"], /site store has nothing on this machine/],
])("%j is a mistake of the command line", (args, said) => {
  const { status, stderr, stdout } = isthmus(...args);
  expect(stderr).toMatch(said);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
});

test("there is nothing to back up before the first up", () => {
  rmSync(join(folder, ".isthmus"), { recursive: true });
  expect(isthmus("backup", "east")).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/there is nothing at .*\.isthmus\/demo\/east to back up: isthmus up east/),
  });
});

test("a file that is none, one of another federation, and what is in the way: refused with every reason, nothing changed", () => {
  file("hello.tar.gz", "hello");
  expect(isthmus("restore", "hello.tar.gz")).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/hello\.tar\.gz: this is no backup of isthmus/),
  });
  const archive = backedUp();
  file(".isthmus/demo/east/secrets/base.secrets.json", "{}");
  file("state/demo/east-base.tfstate", `{"resources": [2]}`);
  const refused = isthmus("restore", archive, "--json");
  expect(refused.status).toBe(1);
  const { ok, faults } = JSON.parse(refused.stdout) as { ok: boolean; faults: string[] };
  expect({ ok, faults: faults.length }).toEqual({ ok: false, faults: 2 });
  for (const fault of faults) expect(refused.stderr).toContain(fault);
  expect(readFileSync(join(folder, ".isthmus/demo/east/secrets/base.secrets.json"), "utf8")).toBe("{}");
  config(folder, "ocean", "east");
  expect(isthmus("restore", archive).stderr).toMatch(/of site east of federation demo, not of east of ocean/);
  rmSync(join(folder, "sites/east.yaml"));
  config(folder, "demo", "west");
  expect(isthmus("restore", archive)).toMatchObject({ status: 2, stderr: expect.stringContaining('no site "east"') });
});

test("a backup waits for an up that is at work, and says so", async () => {
  const lock = tryLock(join(folder, "state/demo/lock"), "up west");
  const child = spawn(process.execPath, [program, "backup", "east"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
    if (said.includes("waiting for `isthmus up west`") && "release" in lock) lock.release();
  });
  const status = await new Promise((done) => child.on("exit", done));
  expect(said).toContain(`process ${process.pid}, to end`);
  expect(status).toBe(0);
});

test("a restore waits for nobody: while the federation is being changed it is refused", () => {
  const archive = backedUp();
  const lock = tryLock(join(folder, "state/demo/lock"), "up west");
  const refused = isthmus("restore", archive);
  if ("release" in lock) lock.release();
  expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining("in use by `isthmus up west`") });
});
