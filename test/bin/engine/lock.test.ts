import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockOrFail, lockWaiting, tryLock } from "../../../bin/engine/lock";

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isthmus-lock-"));
  path = join(directory, "state", "lock");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test("the second one is told who has it and since when; afterwards it is free and nothing is left", () => {
  const lock = lockOrFail(path, "up east", "federation demo");
  expect(() => lockOrFail(path, "down", "federation demo")).toThrow(
    new RegExp(
      `^federation demo is in use by \`isthmus up east\`, process ${process.pid}, since \\S+: wait until it ends$`,
    ),
  );
  lock.release();
  lockOrFail(path, "down", "federation demo").release();
  expect(readdirSync(join(directory, "state"))).toEqual([]);
});

test("a lock whose process is gone is taken over", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  tryLock(path, "up");
  const held = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...held, pid: child.pid }));
  const lock = lockOrFail(path, "up", "x");
  expect(JSON.parse(readFileSync(path, "utf8")).pid).toBe(process.pid);
  lock.release();
});

test.runIf(existsSync("/proc/self/stat"))("a later process with the same number does not hold it", () => {
  tryLock(path, "up");
  const held = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...held, birth: "1" }));
  lockOrFail(path, "up", "x").release();
});

test("a holder on another machine counts as alive, and the message says what to do", () => {
  tryLock(path, "up");
  const held = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...held, host: `not-${hostname()}` }));
  expect(() => lockOrFail(path, "up", "x")).toThrow(`if it is gone for good, remove ${path}`);
});

test("a damaged lock file holds nobody up", () => {
  tryLock(path, "up");
  writeFileSync(path, "{");
  lockOrFail(path, "up", "x").release();
});

test("waiting ends when the lock is given back", async () => {
  const lock = lockOrFail(path, "engine", "x");
  const waiting = lockWaiting(path, "engine", 30);
  lock.release();
  (await waiting).release();
});
