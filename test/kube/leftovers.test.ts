import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { until } from "../until";
import { ownFolder, removeAll, removeLeftovers } from "./leftovers";
import { processesOf, workingIn } from "./marks";
import { Program } from "./program";

const sleeper = [process.execPath, "-e", "setInterval(() => {}, 1e6)"];

test("what a killed run left is removed by the next: its processes, theirs, its folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-kube-4194305-0-")); // no process has such an id
  const code = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"]); console.log("up"); setInterval(() => {}, 1e6)`;
  const child = spawn(process.execPath, ["-e", code], {
    env: { ...process.env, ISTHMUS_KUBE: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(child.stdout, "data");
    await until("both run", 60, () => processesOf(folder).length === 2);
    expect(removeLeftovers()).toContain(folder);
    await until("both are gone", 60, () => processesOf(folder).length === 0);
    expect(existsSync(folder)).toBe(false);
  } finally {
    removeAll(folder);
    child.kill("SIGKILL");
  }
});

test("what belongs to a run that goes on stays", async () => {
  const folder = ownFolder();
  const program = new Program({ name: "sleeper", argv: sleeper, folder });
  try {
    expect(removeLeftovers()).not.toContain(folder);
    expect(program.result).toBeUndefined();
    expect(processesOf(folder)).toEqual([program.id]);
  } finally {
    await program.stop();
    expect(program.result).toBe("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ["is stopped", "setInterval(() => {}, 1e6)"],
  ["ends by itself", ""],
])("what a program started in a session of its own ends when the program %s", async (_, rest) => {
  const folder = ownFolder();
  const started = `require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { detached: true, stdio: "ignore" }).unref(); ${rest}`;
  const program = new Program({ name: "parent", argv: [process.execPath, "-e", started], folder });
  try {
    if (rest) await until("both run", 60, () => workingIn(folder).length === 2);
    if (rest) await program.stop();
    await program.ended;
    await until("both are gone", 60, () => workingIn(folder).length === 0);
  } finally {
    removeAll(folder);
  }
});

test("a process that works in a folder is found there without any mark, also once the folder is gone", async () => {
  const folder = ownFolder();
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], {
    cwd: folder,
    env: {},
    stdio: "ignore",
  });
  try {
    await once(child, "spawn");
    expect(processesOf(folder)).toEqual([]);
    expect(workingIn(folder)).toEqual([child.pid]);
    rmSync(folder, { recursive: true });
    expect(workingIn(folder)).toEqual([child.pid]);
  } finally {
    child.kill("SIGKILL");
    removeAll(folder);
  }
});

test("a program that is not there is told by its result", async () => {
  const folder = ownFolder();
  try {
    const program = new Program({ name: "none", argv: [join(folder, "none")], folder });
    expect(await program.ended).toContain("ENOENT");
    await program.stop();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
