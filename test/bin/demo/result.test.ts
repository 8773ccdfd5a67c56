import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type DemoResult, readResult, writeResult } from "../../../bin/demo/result";

const result: DemoResult = {
  format: 1,
  key: "k",
  publishedAt: "2026-01-01T00:00:00.000Z",
  computedAt: "2026-01-01T00:00:01.000Z",
  result: {
    region: "North America",
    periods: { early: ["1860", "1869"], late: ["2090", "2099"] },
    warmingKelvin: { A1B: 4.894 },
    data: { A1B: "http://127.0.0.1/zarr/a.zarr" },
    workers: 2,
    bytes: 1,
    seconds: 1,
    megabytesPerSecond: 1,
  },
};

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-result-"));
  path = join(folder, "state", "demo-result.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("what was written is read again", () => {
  writeResult(path, result);
  expect(readResult(path, "k")).toEqual(result);
});

test("nothing there, another key, or a file that is none: compute again", () => {
  expect(readResult(path, "k")).toBeUndefined();
  writeResult(path, result);
  expect(readResult(path, "another")).toBeUndefined();
  for (const text of ["", "{", "[]", '{"format": 2}']) {
    writeFileSync(path, text);
    expect(readResult(path, "k")).toBeUndefined();
  }
});
