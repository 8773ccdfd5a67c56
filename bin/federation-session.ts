import { rmSync } from "node:fs";
import type { ResolvedFederation } from "../config/resolve/federation";
import type { SiteStates } from "../config/resolve/state";
import { type Deployed, otherwiseDeployed } from "./deployed";
import { findEngine } from "./engine/find";
import { type Node, readManifest } from "./engine/graph";
import { Interrupt } from "./engine/interrupt";
import { endLeftovers } from "./engine/leftovers";
import { type LockHolder, lockOrFail } from "./engine/lock";
import { type Progress, showProgress } from "./engine/progress";
import type { StackResult } from "./engine/run";
import type { IndexEntry } from "./engine/stack-index";
import { type StateDirectory, stateDirectory } from "./engine/state-directory";
import { exitCodes } from "./exit-codes";
import { outputDirectory } from "./federation-file";
import type { Config } from "./load-or-exit";
import { rememberPlaces } from "./state/places";
import { Records } from "./state/stores";
import { configuredStacks, siteOf, stacksOf } from "./target";

/** A federation that is being changed by this process alone. */
export interface Session {
  /** Its id, and its sites as far as a valid config names them. */
  readonly federation: Pick<ResolvedFederation, "id" | "sites">;
  /** Directory of the federation file. */
  readonly directory: string;
  readonly state: StateDirectory;
  readonly output: string;
  /** Stacks of the config. */
  readonly nodes: readonly Node[];
  readonly index: ReadonlyMap<string, IndexEntry>;
  /** The index and where it lies. */
  readonly records: Records;
  readonly engine: Awaited<ReturnType<typeof findEngine>>;
  readonly interrupt: Interrupt;
  readonly progress: Progress;
}

/** What a session is opened for. */
export interface Purpose {
  readonly verb: "up" | "down";
  /** Checked before anything is touched. */
  readonly target: string | undefined;
  /** Whether stdout is for a program, so that progress goes to stderr. */
  readonly json: boolean;
}

/**
 * Locks and synthesizes a checked federation, finds the engine, then does `work`; afterwards the lock is free and signals
 * do what they did before.
 */
export async function withConfig(
  config: Config,
  purpose: Purpose,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const { directory, federation } = config;
  const state = stateDirectory(directory, federation.id);
  const { states } = federation;
  const records = await Records.read(state, states);
  const { index } = records;
  const configured = configuredStacks(federation);
  const stacks = purpose.verb === "up" ? configured : [...configured, ...index.keys()];
  const aside = purpose.verb === "down" ? otherwiseDeployed({ id: federation.id, directory }) : undefined;
  const chosen = stacksOf(purpose.target, { federation, stacks: [...new Set(stacks)], index, aside });
  const site = (stack: string) => siteOf(stack, { federation, index });
  records.refuseUnread([...chosen], site);
  if (purpose.verb === "up") records.refuseMoved([...chosen], site);
  const place = { federation, directory, state, states, output: outputDirectory(config.file) };
  return hold(place, purpose, work, async (output) => {
    const { synthFederation } = await import("./synth.js");
    synthFederation(config, output);
    return readManifest(output);
  });
}

/** The same for what was deployed, where there is no valid config to go by. */
export async function withDeployed(
  { id, directory, state, index }: Deployed,
  file: string,
  purpose: Purpose,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  const federation = { id, sites: [] };
  stacksOf(purpose.target, { federation, stacks: [...index.keys()], index });
  return hold(
    { federation, directory, state, states: {}, output: outputDirectory(file) },
    purpose,
    work,
    async () => [],
  );
}

async function hold(
  place: Pick<Session, "federation" | "directory" | "state" | "output"> & { readonly states: SiteStates },
  { verb, target, json }: Purpose,
  work: (session: Session) => Promise<number>,
  synth: (output: string) => Promise<Node[]>,
): Promise<number> {
  const { federation, state, states, output } = place;
  const lock = lockOrFail(
    state.lock,
    [verb, ...(target === undefined ? [] : [target])].join(" "),
    `federation ${federation.id}`,
  );
  const screen = json ? process.stderr : process.stdout;
  let say = (line: string) => {
    screen.write(`${line}\n`);
  };
  const interrupt = new Interrupt((line) => say(line));
  const unwatch = interrupt.watch();
  try {
    if (lock.after?.command) say(cutOff(lock.after));
    await endLeftovers(state, say);
    rmSync(state.plans, { recursive: true, force: true });
    rememberPlaces(state, states);
    const engine = findEngine(say);
    engine.catch(() => {});
    const nodes = await synth(output);
    const records = await Records.read(state, states);
    const { index } = records;
    const width = Math.max(...[...nodes.map((n) => n.name), ...index.keys()].map((name) => name.length), 4);
    const found = await engine;
    const progress = showProgress(screen, width);
    say = (line) => progress.line(line);
    for (const { reason } of records.unread) progress.line(`not looked at: ${reason.message}`);
    return await work({ ...place, nodes, index, records, engine: found, interrupt, progress });
  } finally {
    unwatch();
    lock.release();
  }
}

/** What happened to a run whose lock was found without its process. */
function cutOff({ command, pid, since }: LockHolder): string {
  return `\`isthmus ${command}\` (process ${pid}, since ${since}) was cut off: going on from what it reached`;
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
