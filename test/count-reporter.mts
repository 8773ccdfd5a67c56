import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import type { FileResult } from "./runner/results.js";
import { conclusion } from "./runner/results.js";

/** Ends a run with what was skipped and why, and one plain line of counts; or leaves both to `test/runner`, in the file that it named. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const files = modules.map(resultOf);
    const results = { files, unhandled: unhandled.length };
    const file = process.env.ISTHMUS_TEST_RESULTS;
    if (file) writeFileSync(file, JSON.stringify(results));
    else for (const line of conclusion(results)) console.log(line);
  }
}

function resultOf(module: TestModule): FileResult {
  const count = { passed: 0, failed: 0 };
  const failures: string[] = [];
  const skipped: string[] = [];
  for (const test of module.children.allTests()) {
    const result = test.result();
    if (result.state === "passed") count.passed++;
    else if (result.state === "failed") {
      count.failed++;
      failures.push(`${test.fullName}: ${result.errors[0]?.message.split("\n")[0] ?? "failed"}`);
    } else skipped.push(`${test.fullName}: ${(result.state === "skipped" && result.note) || "no reason given"}`);
  }
  if (module.state() === "failed" && module.errors().length > 0) {
    count.failed++;
    failures.push(module.errors()[0]?.message.split("\n")[0] ?? "failed");
  }
  return {
    project: module.project.name,
    file: relative(process.cwd(), module.moduleId),
    ...count,
    failures,
    skipped,
  };
}
