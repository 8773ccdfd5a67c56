import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyOfDemo, synth } from "./synth-demo";

let folder: string;
beforeEach(() => {
  folder = copyOfDemo();
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a synth removes stacks of an earlier synth that left the config, and nothing else", () => {
  const output = join(folder, "deep/cdktf.out");
  mkdirSync(join(output, "stacks/mine"), { recursive: true });
  writeFileSync(join(output, "stacks/mine.txt"), "mine");
  synth(folder, [], "deep/cdktf.out");
  rmSync(join(folder, "sites/archive.yaml")); // served by west
  rmSync(join(folder, "sites/west.yaml"));
  synth(folder, [], "deep/cdktf.out");
  expect(readdirSync(join(output, "stacks")).sort()).toEqual(["east-base", "east-prod", "mine", "mine.txt"]);
  expect(existsSync(join(output, "stacks/east-base/bundle/bundle.json"))).toBe(true);
});
