import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const repository = join(__dirname, "..");

test("git ignores no source: a folder called state, say, is ignored beside a federation file alone", ({ skip }) => {
  if (!existsSync(join(repository, ".git"))) return skip("not a checkout");
  const folders = ["bin", "config", "stacks", "constructs", "charts", "test"];
  const args = ["ls-files", "--others", "--ignored", "--exclude-standard", "--", ...folders];
  const { stdout, status, stderr } = spawnSync("git", args, { cwd: repository, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  const made = /(^|\/)(\.isthmus|cdktf\.out|\.venv|node_modules|__pycache__)\//;
  const sources = stdout.split("\n").filter((path) => /\.(m?ts|mjs|py)$/.test(path) && !made.test(path));
  expect(sources).toEqual([]);
});
