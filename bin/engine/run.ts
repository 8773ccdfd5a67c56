import type { Node } from "./graph";

/** `skipped`: something it waits for failed. `stopped`: the run was interrupted before its turn. */
export type StackState = "pending" | "running" | "done" | "unchanged" | "failed" | "skipped" | "stopped";

/** What became of one stack. */
export interface StackResult {
  readonly stack: string;
  readonly state: StackState;
  /** Seconds that its work took. */
  readonly seconds: number;
  /** What was done, or why not. */
  readonly detail: string;
  /** Where the whole story of a failure stands. */
  readonly log?: string;
}

/** What the work on a stack says when it ends well or in a way the person at the keyboard can act on. */
export type Outcome = Pick<StackResult, "detail" | "log"> & { readonly state: "done" | "unchanged" | "failed" };

export interface RunOptions {
  /** Stacks worked on at the same time; default 4. */
  readonly parallelism?: number;
  /** Asked before each start. */
  readonly stopped: () => boolean;
  /** Hears of every change of state. */
  readonly onState: (result: StackResult) => void;
}

/**
 * Works through stacks, each after those it waits for, several at a time. After a failure whatever waits for it is skipped
 * and the rest goes on. An error thrown by `work` is a mistake of ours: it is thrown again once everything has ended.
 */
export async function runStacks(
  nodes: readonly Node[],
  work: (stack: string) => Promise<Outcome>,
  options: RunOptions,
): Promise<StackResult[]> {
  const run = new Run(nodes, work, options);
  while (run.results.size < nodes.length) {
    const moved = run.startWhatCan();
    if (run.running.size > 0) await Promise.race(run.running.values());
    else if (!moved) throw new Error(`stacks wait for each other in a circle: ${run.open().join(", ")}`);
  }
  if (run.mistakes.length > 0) throw run.mistakes[0];
  return nodes.map((n) => run.results.get(n.name) as StackResult);
}

class Run {
  readonly results = new Map<string, StackResult>();
  readonly running = new Map<string, Promise<void>>();
  readonly mistakes: unknown[] = [];
  private readonly known: ReadonlySet<string>;

  constructor(
    private readonly nodes: readonly Node[],
    private readonly work: (stack: string) => Promise<Outcome>,
    private readonly options: RunOptions,
  ) {
    this.known = new Set(nodes.map((n) => n.name));
  }

  /** Stacks without a result. */
  open(): string[] {
    return this.nodes.map((n) => n.name).filter((name) => !this.results.has(name));
  }

  /** Starts or settles every stack whose time has come; says whether there was one. */
  startWhatCan(): boolean {
    const { stopped, parallelism = 4 } = this.options;
    let moved = false;
    for (const { name, dependencies } of this.nodes) {
      if (this.results.has(name) || this.running.has(name)) continue;
      const waits = dependencies.filter((d) => this.known.has(d));
      const lost = waits.find((d) => ["failed", "skipped", "stopped"].includes(this.results.get(d)?.state ?? ""));
      const free = this.running.size < parallelism && waits.every((d) => this.results.has(d));
      if (stopped()) this.settle({ stack: name, state: "stopped", seconds: 0, detail: "not started" });
      else if (lost !== undefined)
        this.settle({ stack: name, state: "skipped", seconds: 0, detail: `waits for ${lost}` });
      else if (free) this.running.set(name, this.start(name));
      else continue;
      moved = true;
    }
    return moved;
  }

  private async start(stack: string): Promise<void> {
    const began = performance.now();
    this.options.onState({ stack, state: "running", seconds: 0, detail: "" });
    const outcome = await this.work(stack).catch((error: unknown): Outcome => {
      this.mistakes.push(error);
      return { state: "failed", detail: String(error) };
    });
    this.settle({ stack, ...outcome, seconds: (performance.now() - began) / 1000 });
    this.running.delete(stack);
  }

  private settle(result: StackResult): void {
    this.results.set(result.stack, result);
    this.options.onState(result);
  }
}
