import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../../config/package-root";

// Node ends a program whose log cannot be written; `--require` is how the site runs its proxy.
const code = `
  const talk = () => { console.log("a line"); console.error("another"); };
  talk();
  setTimeout(() => { talk(); process.exitCode = 7; }, 10);
`;

function talks(...flags: string[]): number | null {
  const full = openSync("/dev/full", "w");
  try {
    return spawnSync(process.execPath, [...flags, "-e", code], { stdio: ["ignore", full, full] }).status;
  } finally {
    closeSync(full);
  }
}

test("the proxy outlives a log that cannot be written", () => {
  expect(talks()).not.toBe(7);
  expect(talks("--require", join(packageRoot(), "charts/hpc-site/kit/proxy-output.cjs"))).toBe(7);
});

test("what can be written arrives", () => {
  const preload = join(packageRoot(), "charts/hpc-site/kit/proxy-output.cjs");
  const run = spawnSync(process.execPath, ["--require", preload, "-e", code], { encoding: "utf8" });
  expect([run.status, run.stdout, run.stderr]).toEqual([7, "a line\na line\n", "another\nanother\n"]);
});
