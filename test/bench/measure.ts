import { spawn, spawnSync } from "node:child_process";
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

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Node that tells its peak of memory as it ends, timed. */
class Run {
  private readonly scratch = mkdtempSync(join(tmpdir(), "isthmus-measure-"));
  private readonly rss = join(this.scratch, "rss");
  private readonly started: bigint;
  readonly arguments: readonly string[];
  readonly options: { readonly cwd: string | undefined; readonly env: NodeJS.ProcessEnv };

  constructor(
    private readonly args: readonly string[],
    { cwd, env }: Options,
  ) {
    const hook = join(this.scratch, "rss.cjs");
    writeFileSync(hook, reporter);
    this.arguments = ["-r", hook, ...args];
    this.options = { cwd, env: { ...process.env, ...env, BENCH_RSS: this.rss } };
    this.started = process.hrtime.bigint();
  }

  /** @throws Error where it failed: a quick end is no good figure */
  ended({ status, stdout, stderr }: Ended): Measured & { stdout: string } {
    const seconds = Number(process.hrtime.bigint() - this.started) / 1e9;
    if (status !== 0) throw new Error(`${this.args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
    return { seconds, megabytes: Number(readFileSync(this.rss, "utf8")) / 1024, stdout };
  }

  remove(): void {
    rmSync(this.scratch, { recursive: true });
  }
}

/** Runs `node args` once: wall time and peak resident memory of the whole process, and what it printed. */
export function measureOnce(args: readonly string[], options: Options = {}): Measured & { stdout: string } {
  const run = new Run(args, options);
  try {
    return run.ended(spawnSync(process.execPath, run.arguments, { encoding: "utf8", ...run.options }));
  } finally {
    run.remove();
  }
}

/** The same beside children of this process, which go on meanwhile. */
export async function measureBeside(
  args: readonly string[],
  options: Options = {},
): Promise<Measured & { stdout: string }> {
  const run = new Run(args, options);
  try {
    const child = spawn(process.execPath, run.arguments, { ...run.options, stdio: ["ignore", "pipe", "pipe"] });
    const text = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].on("data", (part) => {
        text[stream] += part;
      });
    const status = await new Promise<number | null>((done) => child.once("close", done));
    return run.ended({ status, ...text });
  } finally {
    run.remove();
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
