import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Lab, statesOf } from "./lab";

let lab: Lab;
beforeEach(() => {
  lab = new Lab();
});
afterEach(() => lab.remove());

const site = { install: "echo + >> ../../../journal", uninstall: "echo - >> ../../../journal" };
const path = () => join(lab.state.root, "east-base.tfstate");

test("a state that a killed engine left empty is the one before: what it tells of is taken down, not forgotten", async () => {
  lab.write({ "east-base": site });
  await lab.up();
  writeFileSync(`${path()}.backup`, readFileSync(path()));
  writeFileSync(path(), "");
  expect(statesOf(await lab.down())).toEqual({ "east-base": "done" });
  expect(lab.journalLines()).toEqual(["+", "-"]);
  expect(lab.lines.join("\n")).toContain("going on from the one before");
});

test("an empty file without one before is a stack that was never made", async () => {
  lab.write({ "east-base": site });
  await lab.up();
  rmSync(`${path()}.backup`, { force: true });
  writeFileSync(path(), "");
  expect(statesOf(await lab.up())).toEqual({ "east-base": "done" });
  expect(lab.journalLines()).toEqual(["+", "+"]);
  expect(lab.lines.join("\n")).not.toContain("going on from");
});
