import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Medians over the runs of one whole process. */
export interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

const reporter = `process.on("exit", () => require("node:fs").writeFileSync(process.env.BENCH_RSS, String(process.resourceUsage().maxRSS)));`;

interface Options {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs `node args` once: wall time and peak resident memory of the whole process, and what it printed. */
export function measureOnce(args: readonly string[], options: Options = {}): Measured & { stdout: string } {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-measure-"));
  try {
    const hook = join(scratch, "rss.cjs");
    const rss = join(scratch, "rss");
    writeFileSync(hook, reporter);
    const started = process.hrtime.bigint();
    const run = spawnSync(process.execPath, ["-r", hook, ...args], {
      encoding: "utf8",
      cwd: options.cwd,
      env: { ...process.env, ...options.env, BENCH_RSS: rss },
    });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (run.status !== 0) throw new Error(`${args.join(" ")} ended with ${run.status}:\n${run.stdout}${run.stderr}`);
    return { seconds, megabytes: Number(readFileSync(rss, "utf8")) / 1024, stdout: run.stdout };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Medians of several runs after one warm-up. */
export function measureNode(args: readonly string[], runs: number, options: Options = {}): Measured {
  const samples = Array.from({ length: runs + 1 }, () => measureOnce(args, options)).slice(1);
  return { seconds: median(samples.map((s) => s.seconds)), megabytes: median(samples.map((s) => s.megabytes)) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
