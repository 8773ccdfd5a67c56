import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with what was skipped and why, and one plain line of counts. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") count.passed++;
        else if (result.state === "failed") count.failed++;
        else {
          count.skipped++;
          const note = result.state === "skipped" ? result.note : undefined;
          skipped.push(`skipped: ${test.fullName}: ${note ?? "no reason given"}`);
        }
      }
      if (module.state() === "failed" && module.errors().length > 0) count.failed++;
    }
    for (const line of skipped) console.log(line);
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
