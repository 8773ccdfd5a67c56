import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { afterEach, beforeEach, expect, test } from "vitest";
import { engineEnvironment } from "../../../bin/engine/environment";
import { findEngine } from "../../../bin/engine/find";
import { Delivery } from "../../../constructs/hpc/delivery";

/** The delivery's resources in a real engine, with a kit that only writes down what it was asked. */
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "isthmus-delivery-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Synthesizes one stack; its bundle's kit installs itself into the root, or fails. */
function synth(digest: string, expires: string | null, kit: string, config = "."): string {
  const configDirectory = join("../../..", config);
  const output = join(directory, "cdktf.out");
  const app = new App({ outdir: output });
  const stack = new TerraformStack(app, "east-base");
  new LocalBackend(stack, { path: join(configDirectory, "east-base.tfstate") });
  new Delivery(stack, "delivery", { part: "base", root: "root", configDirectory, digest, expires });
  app.synth();
  const folder = join(output, "stacks", "east-base");
  mkdirSync(join(folder, "bundle", "kit"), { recursive: true });
  writeFileSync(join(folder, "bundle", "kit", "site.py"), kit);
  return folder;
}

const works = `
import pathlib, shutil, sys
root = pathlib.Path(sys.argv[sys.argv.index("--root") + 1])
kit = root / "current/base/kit"
if sys.argv[1] == "install":
    kit.mkdir(parents=True, exist_ok=True)
    shutil.copy(__file__, kit / "site.py")
print("isthmus:", sys.argv[1], file=open("journal", "a"))
`;

async function engine(folder: string, ...args: string[]): Promise<string> {
  const { command } = await findEngine();
  const options = { cwd: folder, env: engineEnvironment(), encoding: "utf8", stdio: "pipe" } as const;
  try {
    return execFileSync(command, [...args, "-no-color"], options);
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}${stderr}`);
  }
}

const apply = (folder: string) => engine(folder, "apply", "-auto-approve");
const destroy = (folder: string) => engine(folder, "destroy", "-auto-approve");

test("an expired stack's plan fails with the date, and it can still be taken down", async () => {
  const folder = synth("1", "2100-01-01T00:00:00Z", works);
  await engine(folder, "init");
  await apply(folder);
  synth("2", "2020-01-01T00:00:00Z", works);
  await expect(engine(folder, "plan")).rejects.toThrow("expired on 2020-01-01T00:00:00Z");
  expect(await destroy(folder)).toContain("2 destroyed");
  expect(readFileSync(join(directory, "journal"), "utf8")).toBe("isthmus: install\nisthmus: uninstall\n");
});

test("after a failed first install nothing hinders the destroy, although no kit was installed", async () => {
  const folder = synth("1", null, "import sys\nsys.exit('isthmus: error: no')\n");
  await engine(folder, "init");
  await expect(apply(folder)).rejects.toThrow("isthmus: error: no");
  expect(await destroy(folder)).toContain("isthmus: base is not installed at root");
});

test("a config in a folder with a name that the engine would evaluate is installed from there, its state kept there", async () => {
  const odd = "$" + "{path.cwd} %{if} ; it's";
  mkdirSync(join(directory, odd));
  const folder = synth("1", null, works, odd);
  await engine(folder, "init");
  await apply(folder);
  expect(await destroy(folder)).toContain("2 destroyed");
  expect(readFileSync(join(directory, odd, "journal"), "utf8")).toBe("isthmus: install\nisthmus: uninstall\n");
  expect(existsSync(join(directory, odd, "east-base.tfstate"))).toBe(true);
});
