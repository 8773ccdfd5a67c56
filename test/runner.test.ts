import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { conclusion, type FileResult, filesToTryAgain, replaced } from "./runner/results";
import { slowFiles, slowFirst } from "./slow-files.mjs";

const file = (name: string, more: Partial<FileResult> = {}): FileResult => ({
  project: "e2e",
  file: name,
  passed: 2,
  failed: 0,
  failures: [],
  skipped: [],
  ...more,
});
const run = (...files: FileResult[]) => ({ files, unhandled: 0 });

describe("a run of all tests", () => {
  it("begins with the files that take long, each of which is there", () => {
    const [first = "", second = ""] = slowFiles;
    expect(slowFirst(["b", second, "a", first], (name) => name)).toEqual([first, second, "b", "a"]);
    expect(slowFiles.filter((name) => !existsSync(join(__dirname, "..", name)))).toEqual([]);
  });

  it("tries files on real programs again, and no unit", () => {
    expect(filesToTryAgain(run(file("a"), file("b", { failed: 1 })))).toEqual(["b"]);
    expect(filesToTryAgain(run(file("b", { failed: 1 }), file("u", { failed: 1, project: "unit" })))).toEqual([]);
  });

  it("tries nothing again where many fail, or something outside any test", () => {
    expect(filesToTryAgain(run(...["a", "b", "c", "d"].map((name) => file(name, { failed: 1 }))))).toEqual([]);
    expect(filesToTryAgain({ files: [file("a", { failed: 1 })], unhandled: 1 })).toEqual([]);
  });

  it("counts the second run of a file in place of its first", () => {
    const first = run(file("a", { skipped: ["x: no root"] }), file("b", { passed: 1, failed: 1 }));
    const second = run(file("b", { passed: 2 }));
    expect(conclusion(replaced(first, second))).toEqual(["skipped: x: no root", "4 passed, 0 failed, 1 skipped"]);
    expect(conclusion(replaced(first, run(file("b", { passed: 1, failed: 1 }))))[1]).toBe(
      "3 passed, 1 failed, 1 skipped",
    );
  });
});
