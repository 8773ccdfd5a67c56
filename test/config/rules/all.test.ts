import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rules } from "../../../config/rules/all";

const notRules = ["all", "quantities", "rule", "walk"];

test("every rule has a file, a place in the list and a test of its own, named after it", () => {
  const files = readdirSync(join(__dirname, "../../../config/rules")).map((name) => name.replace(/\.ts$/, ""));
  expect(rules.map((r) => r.id).sort()).toEqual(files.filter((name) => !notRules.includes(name)).sort());
  for (const { id } of rules) expect(existsSync(join(__dirname, `${id}.test.ts`)), id).toBe(true);
});

test("ids are words and reasons are one line", () => {
  for (const { id, reason } of rules) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(reason, id).toMatch(/^[A-Z].{20,130}\.$/);
  }
});
