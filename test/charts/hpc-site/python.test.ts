import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Some want root, and a Python that other users may run. */
test("the kit and the hub's configuration pass their own tests", () => {
  const python = process.env.ISTHMUS_PYTHON ?? "python3";
  const run = spawnSync(python, ["-m", "unittest", "discover", "--start-directory", __dirname], {
    cwd: join(__dirname, "..", "..", ".."),
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(run.stderr).toMatch(/\nOK(?: \(skipped=\d+\))?\s*$/);
  expect(run.stderr).toMatch(/Ran [1-9]\d* tests/);
});
