import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateFederation } from "../bench/generate";

const program = join(__dirname, "../../dist/bin/isthmus.js");

test("a hundred sites validate in one process of less than 200 MB and 2 s of processor time", () => {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-scale-"));
  try {
    const file = generateFederation(folder, 100);
    const report = `process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); console.error("USED " + JSON.stringify({ megabytes: maxRSS / 1024, seconds: (userCPUTime + systemCPUTime) / 1e6 })) })`;
    const args = ["--import", `data:text/javascript,${encodeURIComponent(report)}`, program, "validate", file];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(run.stdout).toBe("bench: valid (100 sites, 100 hubs, 300 datasets in 101 files)\n");
    const used = JSON.parse(/USED (.*)/.exec(run.stderr)?.[1] ?? "{}") as { megabytes: number; seconds: number };
    // A busy machine stretches wall time, not this.
    expect(used.megabytes).toBeLessThan(200);
    expect(used.seconds).toBeLessThan(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
