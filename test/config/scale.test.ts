import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateFederation } from "../bench/generate";

const program = join(__dirname, "../../dist/bin/isthmus.js");

// How long that takes, and in how much memory, is what `npm run bench` tells.
test("a hundred sites validate as one federation", () => {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-scale-"));
  try {
    const run = spawnSync(process.execPath, [program, "validate", generateFederation(folder, 100)], {
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    expect(run.stdout).toBe("bench: valid (100 sites, 100 hubs, 300 datasets in 101 files)\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
