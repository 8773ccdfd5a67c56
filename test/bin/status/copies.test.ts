import { expect, test } from "vitest";
import { copyRows } from "../../../bin/status/copies";
import type { CopyStatus } from "../../../bin/status/programs";
import { plain } from "../../../bin/terminal";

const now = 1_800_000_000;
const whole = { at: now - 7200, objects: 12, bytes: 3_400_000_000, leaving: 0 };
const row = (copy: Partial<CopyStatus>) =>
  copyRows([{ dataset: "d", everySeconds: 86_400, state: "whole", at: now, whole, ...copy }], now * 1000, plain);
const told = (copy: Partial<CopyStatus>) => row(copy)[0]?.[1];

test("when a copy was last whole, and what it holds", () => {
  expect(row({})).toEqual([["copy of d", "whole 2 h ago (12 objects, 3.4 GB)"]]);
  expect(told({ whole: { ...whole, leaving: 3 } })).toContain("3.4 GB, 3 more that its source has deleted)");
});

test("one that was whole too long ago is behind, whatever its program says", () => {
  expect(told({ whole: { ...whole, at: now - 2 * 86_400 - 1 } })).toBe("behind: whole 2 d ago (12 objects, 3.4 GB)");
});

test("what keeps it from being whole, beside when it was", () => {
  expect(told({ state: "waiting", at: null, whole: null })).toBe("not begun yet");
  expect(told({ state: "copying", copied: 5, copiedBytes: 12_000, whole: null })).toBe(
    "being copied, 5 objects so far (12.0 kB); never whole yet",
  );
  expect(told({ state: "failing", problem: "no space left" })).toMatch(/^failing: no space left; whole 2 h ago/);
  expect(told({ state: "behind", problem: "too fast" })).toMatch(/^behind: too fast; whole 2 h ago/);
});
