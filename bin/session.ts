import { findEngine } from "./engine/find";
import { type Node, readManifest } from "./engine/graph";
import { Interrupt } from "./engine/interrupt";
import { lockOrFail } from "./engine/lock";
import { type Progress, showProgress } from "./engine/progress";
import type { StackResult } from "./engine/run";
import { type IndexEntry, readIndex } from "./engine/stack-index";
import { type StateDirectory, stateDirectory } from "./engine/state-directory";
import { exitCodes } from "./exit-codes";
import { type Config, loadOrExit } from "./load-or-exit";

/** A federation that is being changed by this process: checked, locked and synthesized. */
export interface Session {
  readonly config: Config;
  readonly state: StateDirectory;
  readonly output: string;
  /** Stacks of the config. */
  readonly nodes: readonly Node[];
  readonly index: ReadonlyMap<string, IndexEntry>;
  readonly engine: Awaited<ReturnType<typeof findEngine>>;
  readonly interrupt: Interrupt;
  readonly progress: Progress;
}

/**
 * Checks, locks and synthesizes a federation, finds the engine, then does `work`; afterwards the lock is free and signals
 * do what they did before.
 * @param command what others are told who find the federation locked
 * @param json whether stdout is for a program, so that progress goes to stderr
 */
export async function withSession(
  file: string | undefined,
  command: string,
  json: boolean,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const config = loadOrExit(file);
  const state = stateDirectory(config.directory, config.federation.id);
  const lock = lockOrFail(state.lock, command, `federation ${config.federation.id}`);
  const screen = json ? process.stderr : process.stdout;
  let say = (line: string) => {
    screen.write(`${line}\n`);
  };
  const interrupt = new Interrupt((line) => say(line));
  const unwatch = interrupt.watch();
  try {
    const engine = findEngine(say);
    engine.catch(() => {});
    const { outputDirectory, synthFederation } = await import("./synth.js");
    const output = outputDirectory(undefined);
    synthFederation(config, output);
    const nodes = readManifest(output);
    const index = readIndex(state);
    const width = Math.max(...[...nodes.map((n) => n.name), ...index.keys()].map((name) => name.length), 4);
    const found = await engine;
    const progress = showProgress(screen, width);
    say = (line) => progress.line(line);
    return await work({ config, state, output, nodes, index, engine: found, interrupt, progress });
  } finally {
    unwatch();
    lock.release();
  }
}

/** `2 done, 1 failed` */
export function tally(results: readonly StackResult[]): string {
  const states = ["done", "unchanged", "failed", "skipped", "stopped"] as const;
  const counts = states.map((state) => [results.filter((r) => r.state === state).length, state] as const);
  return (
    counts
      .filter(([n]) => n > 0)
      .map(([n, state]) => `${n} ${state}`)
      .join(", ") || "nothing to do"
  );
}

/** The exit code of a run. */
export function exitCodeOf(interrupt: Interrupt, ok: boolean): number {
  if (interrupt.requested) return exitCodes.interrupted;
  return ok ? exitCodes.ok : exitCodes.engine;
}

/** Whether every stack is as it was asked for. */
export function allWell(results: readonly StackResult[]): boolean {
  return results.every((r) => r.state === "done" || r.state === "unchanged");
}
