import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rules } from "../config/rules/all";

const repository = join(__dirname, "..");
const rows = readFileSync(join(repository, "docs/refused.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| mistake"))
  .map((line) => line.split(" | ").map((cell) => cell.replaceAll(/^\| | \|$/g, "")));

const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);

test("every rule that docs/refused.md names exists, and its test is named beside it", () => {
  const ids = rules.map((rule) => rule.id);
  for (const [mistake = "", here = "", tests = ""] of rows)
    for (const [, list = ""] of here.matchAll(/\brules? ((?:`[a-z-]+`(?:, | and )?)+)/g))
      for (const id of quoted(list)) {
        expect(ids, mistake).toContain(id);
        expect(tests, mistake).toContain(`test/config/rules/${id}.test.ts`);
      }
});

test("every file that it names exists, and each row has a test", () => {
  for (const [mistake = "", here = "", tests = ""] of rows) {
    expect(quoted(tests).length, mistake).toBeGreaterThan(0);
    for (const path of [...quoted(here), ...quoted(tests)].filter((name) => name.includes("/")))
      expect(existsSync(join(repository, path)), path).toBe(true);
  }
});

test("each of the twelve is named in its tests, but in those of rules", () => {
  for (const [mistake = "", , tests = ""] of rows) {
    const [number] = /^D\d+/.exec(mistake) ?? [];
    if (number === undefined) continue;
    for (const path of quoted(tests).filter((name) => !name.startsWith("test/config/rules/")))
      expect(readFileSync(join(repository, path), "utf8"), path).toMatch(new RegExp(`\\b${number}\\b`));
  }
});

test("it tells of twelve defects of a fleet, and of what each rule or shape does about them", () => {
  const numbers = rows.flatMap(([mistake = ""]) => /^D(\d+)\./.exec(mistake)?.[1] ?? []);
  expect(numbers.map(Number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  for (const [mistake, here] of rows) expect(here, mistake).toMatch(/rules? `|cannot be written: |refused|accepted/);
});
