import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
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

test("no environment of a hub or of its servers has what is slow to load and of no use there", () => {
  const read = (path: string) => readFileSync(join(repository, path), "utf8");
  const [slow] = /^[a-z][a-z0-9-]+(?= ;)/m.exec(read("charts/hpc-site/locks/slow-to-load.txt")) ?? [];
  expect(slow).toBe("rfc3987-syntax");
  const locks = ["charts/hpc-site/locks/hub", "charts/hpc-site/locks/user", "test/charts/jupyterhub/hub"];
  for (const lock of [...locks, "test/kube/hub/platform"])
    expect(read(`${lock}.txt`), lock).not.toContain(`\n${slow}==`);
});
