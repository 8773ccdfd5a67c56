import { expect, test } from "vitest";
import { paintFor, plain } from "../../../bin/terminal";
import type { Check } from "../../../bin/verify/check";
import { checkLine, closingLine } from "../../../bin/verify/show";

const ok: Check = { place: "east", name: "the front answers", state: "ok", seconds: 0.012, detail: "http://x/healthz" };
const failed: Check = { ...ok, state: "failed", detail: "it answers 503", fix: "isthmus up" };
const skipped: Check = { ...ok, state: "skipped", detail: "west does not answer" };

test("a line has the state, the time, where, what, and what was found", () => {
  expect(checkLine(ok, plain)).toMatch(/^ok {8}0\.01 s {2}east: the front answers +http:\/\/x\/healthz$/);
});

test("a failed check says what to do next", () => {
  const [line, next] = checkLine(failed, plain).split("\n");
  expect(line).toMatch(/^FAILED .* it answers 503$/);
  expect(next).toMatch(/^ +next: isthmus up$/);
});

test("colours only where they are wanted", () => {
  expect(checkLine(failed, paintFor({ isTTY: true, write: () => {} }, {}))).toContain("\u001b[31mFAILED");
  expect(checkLine(failed, plain)).not.toContain("\u001b");
});

test("the last line counts", () => {
  expect(closingLine([ok], 1)).toBe("1 check passed in 1.0 s");
  expect(closingLine([ok, ok], 1.25)).toBe("all 2 checks passed in 1.3 s");
  expect(closingLine([ok, skipped], 1)).toBe("1 of 2 checks passed, 1 skipped in 1.0 s");
  expect(closingLine([ok, failed, skipped], 1)).toBe("1 failed, 1 of 3 checks passed, 1 skipped in 1.0 s");
});
