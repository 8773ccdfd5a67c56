import { expect, test } from "vitest";
import { showProgress } from "../../../bin/engine/progress";
import type { StackResult } from "../../../bin/engine/run";

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 40, written, write: (text: string) => written.push(text) };
}
const result = (stack: string, state: StackResult["state"], detail = ""): StackResult => ({
  stack,
  state,
  seconds: 1.25,
  detail,
});

test("without a terminal: plain lines, one for each step and each end", () => {
  const out = screen(false);
  const progress = showProgress(out, 6, {});
  progress.state(result("a", "running"));
  progress.step("a", "installing");
  progress.state({ ...result("a", "failed", "port taken"), log: "a.log" });
  progress.state(result("b", "skipped", "waits for a"));
  expect(out.written.join("")).toBe(
    "a       installing\na       failed 1.3 s  port taken\n        log: a.log\nb       skipped  waits for a\n",
  );
});

test("on a terminal: live lines that fit, ends above them in colour, unless NO_COLOR", () => {
  const out = screen(true);
  const progress = showProgress(out, 2, {});
  progress.state(result("a", "running"));
  progress.state(result("b", "running"));
  progress.step("a", "x".repeat(100));
  expect(out.written.at(-1)).toBe(`\u001b[2A\r\u001b[Ja   0 s  ${"x".repeat(30)}\nb   0 s  \n`);
  progress.state(result("a", "done", "1 made"));
  expect(out.written.at(-1)).toBe("\u001b[2A\r\u001b[Ja   \u001b[32mdone\u001b[0m 1.3 s  1 made\nb   0 s  \n");
  progress.close();
  expect(out.written.at(-1)).toBe("\u001b[1A\r\u001b[J");

  const plain = screen(true);
  showProgress(plain, 2, { NO_COLOR: "1" }).state(result("a", "done"));
  expect(plain.written[0]).toBe("a   done 1.3 s\n");
});
