import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ownFolder, processesOf, removeAll, removeLeftovers } from "./leftovers";
import { Program } from "./program";
import { until } from "./until";

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
