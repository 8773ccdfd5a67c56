import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { until } from "../until";

/** A clone whose one package is a compiler that waits until it is told to go on. */
let clone: string;
const started: ChildProcess[] = [];
const path = (name: string) => join(clone, name);

function write(name: string, text: string): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), text);
}

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "isthmus-clone-"));
  for (const name of ["bin/bootstrap.mjs", "bin/bootstrap-lock.mjs"])
    cpSync(join(__dirname, "../..", name), path(name), { recursive: true });
  const compiler = `const fs = require("node:fs");
fs.appendFileSync("journal", "compiled\\n");
const wait = () => (fs.existsSync("go") ? process.exit(0) : setTimeout(wait, 50));
wait();
`;
  write("compiler/bin/tsc", compiler);
  write("compiler/package.json", '{ "name": "typescript", "version": "1.0.0" }');
  write("tsconfig.json", "{}");
  const dependencies = { typescript: "file:compiler" };
  write("package.json", JSON.stringify({ name: "clone", version: "1.0.0", dependencies }));
  const packages = {
    "": { name: "clone", version: "1.0.0", dependencies },
    compiler: { name: "typescript", version: "1.0.0" },
    "node_modules/typescript": { resolved: "compiler", link: true },
  };
  write("package-lock.json", JSON.stringify({ name: "clone", version: "1.0.0", lockfileVersion: 3, packages }));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(clone, { recursive: true, force: true });
});

/** Runs the bootstrap; `said` is what it has printed so far, `ended` its exit code. */
function bootstrap() {
  const child = spawn(process.execPath, ["bin/bootstrap.mjs", "test"], { cwd: clone });
  started.push(child);
  const run = { said: "", pid: child.pid as number, ended: new Promise((done) => child.once("exit", done)) };
  const hear = (chunk: Buffer) => {
    run.said += chunk.toString();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return run;
}

test("a second start in one clone waits for the first, and does nothing again", { timeout: 300_000 }, async () => {
  const first = bootstrap();
  await until("the first compiles", 120, () => existsSync(path("journal")));
  const second = bootstrap();
  await until("the second waits", 120, () => second.said.includes(`waiting for process ${first.pid}`));
  write("go", "");
  expect([await first.ended, await second.ended], first.said + second.said).toEqual([0, 0]);
  expect(first.said).toContain("packages from npm");
  expect(second.said).toBe(`isthmus: waiting for process ${first.pid}, which makes this folder ready\n`);
  expect(readFileSync(path("journal"), "utf8")).toBe("compiled\n");
  expect(existsSync(path(".isthmus/bootstrap.lock"))).toBe(false);
});

test("the lock of one that was killed holds nobody up", { timeout: 300_000 }, async () => {
  const gone = spawnSync(process.execPath, ["-e", ""]);
  write(".isthmus/bootstrap.lock", `${gone.pid} 1`);
  write("go", "");
  const run = bootstrap();
  expect(await run.ended, run.said).toBe(0);
  expect(run.said).not.toContain("waiting");
});

test("a site that runs below its config is no reason to compile again, whatever comes and goes there", {
  timeout: 300_000,
}, async () => {
  write("go", "");
  write("config/own.ts", "");
  expect(await bootstrap().ended).toBe(0);
  // A directory that has gone since it was listed looks like a link to nowhere: neither may be read.
  const run = "config/federations/demo/.isthmus/demo/west/run";
  write(`${run}/notebook.ts`, "");
  symlinkSync("nowhere", path(`${run}/prod-dask`));
  expect(await bootstrap().ended).toBe(0);
  expect(readFileSync(path("journal"), "utf8")).toBe("compiled\n");
  write("config/own.ts", "changed");
  expect(await bootstrap().ended).toBe(0);
  expect(readFileSync(path("journal"), "utf8")).toBe("compiled\ncompiled\n");
});
