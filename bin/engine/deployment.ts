import { rmSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../failure";
import { type EngineContext, EngineFailure } from "./command";
import { restoreEmptied } from "./emptied-state";
import type { Engine } from "./find";
import { importFound, letGoOfStrangers, lookAfterCut, planTakingOver } from "./found/after-cut";
import type { Look } from "./found/tagged";
import { applyTakingOver, forgetImports } from "./found/take-over";
import type { Thing } from "./found/thing";
import { type Consent, countsText, type PlanJson, planCounts, refusals, refusalText } from "./guard";
import type { Interrupt } from "./interrupt";
import { lockedLine } from "./locked-line";
import { Log } from "./log";
import type { Outcome } from "./run";
import { initialize, plan, showPlan } from "./stack-engine";
import type { IndexEntry, RecordKeeper } from "./stack-index";
import type { StateDirectory } from "./state-directory";

/** What all stacks of one run share. */
export interface Deployment {
  readonly engine: Engine;
  readonly state: StateDirectory;
  readonly records: RecordKeeper;
  readonly interrupt: Interrupt;
  /** Hears of each step and each progress line of a stack. */
  readonly progress: (stack: string, line: string) => void;
  /** What may be destroyed, per stack. */
  readonly consent: (stack: string) => Consent;
}

/** One stack's turn: where it lies and what is done around its apply. */
export interface Turn {
  readonly stack: string;
  /** Absolute; holds `cdk.tf.json`. */
  readonly directory: string;
  readonly kind: "apply" | "destroy";
  /** The record of its latest apply. */
  readonly recorded: IndexEntry | undefined;
  /** Just before something is changed. */
  readonly before: () => Promise<void>;
  /** When the engine and the stack agree again. */
  readonly after: () => Promise<void>;
}

/** Plans one stack, lets the guard read the plan, carries it out. Failures of the engine become an outcome. */
export async function deployStack(deployment: Deployment, turn: Turn): Promise<Outcome> {
  const { stack, directory, recorded } = turn;
  const log = new Log(deployment.state.log(stack));
  const progress = (line: string) => deployment.progress(stack, line);
  const context: EngineContext = { ...deployment, directory, log, progress };
  const warning = engineChange(deployment.engine, recorded);
  if (warning) progress(`warning: ${warning}`);
  try {
    return await carryOut(deployment, context, turn);
  } catch (error) {
    if (!(error instanceof EngineFailure || error instanceof Failure)) throw error;
    // what a stopped engine says of its killed programs helps nobody
    const detail = deployment.interrupt.requested ? "interrupted" : reasonOf(error, context);
    return { state: "failed", detail, log: log.path };
  } finally {
    log.close();
    rmSync(planFile(deployment, stack), { force: true });
  }
}

/** A stack that somebody else changes, or what the engine or the record's place says. */
function reasonOf(error: EngineFailure | Failure, context: EngineContext): string {
  return (error instanceof EngineFailure ? lockedLine(error.errors, context) : undefined) ?? error.message;
}

/** A plan lives for one turn: it may hold values that nobody else should read. */
function planFile({ state }: Deployment, stack: string): string {
  return join(state.plans, stack);
}

async function carryOut(deployment: Deployment, context: EngineContext, turn: Turn): Promise<Outcome> {
  const { stack, before, after } = turn;
  const file = planFile(deployment, stack);
  forgetImports(context);
  if (restoreEmptied(context.directory))
    context.progress("its state was cut off while it was written: going on from the one before");
  await initialize(context);
  try {
    const { changes, imports } = await planTurn(context, file, turn);
    if (!changes) {
      await after();
      return { state: "unchanged", detail: "" };
    }
    const guard = (planned: PlanJson) => {
      const refused = refusals(planned, deployment.consent(stack));
      if (refused.length > 0) throw new Failure(refusalText(stack, refused));
    };
    const planned = await showPlan(context, file);
    guard(planned);
    if (deployment.interrupt.requested) return { state: "failed", detail: "interrupted before anything was changed" };
    await before();
    const takenOver = await applyTakingOver(context, {
      file,
      json: planned,
      imports,
      guard,
      afterCut: wasCutOff(turn),
    });
    await after();
    return { state: "done", detail: countsText(planCounts(planned), { found: imports.length, refused: takenOver }) };
  } finally {
    forgetImports(context);
  }
}

function wasCutOff({ recorded }: Turn): boolean {
  return recorded?.status === "applying";
}

/** Plans what a turn is for, with what an apply that was cut off has made and the state does not know. */
async function planTurn(
  context: EngineContext,
  file: string,
  turn: Turn,
): Promise<{ readonly changes: boolean; readonly imports: readonly Thing[] }> {
  const { kind, recorded } = turn;
  const look = recorded && wasCutOff(turn) ? await lookAfterCut(context, file, recorded.config) : undefined;
  if (kind === "destroy") return { changes: await planDestroy(context, file, look), imports: [] };
  if (look) return planTakingOver(context, file, look);
  return { changes: await plan(context, file, kind), imports: [] };
}

async function planDestroy(context: EngineContext, file: string, look: Look | undefined): Promise<boolean> {
  const byName = look ? await importFound(context, look) : [];
  const changes = await plan(context, file, "destroy");
  if (byName.length === 0 || !(await letGoOfStrangers(context, byName, await showPlan(context, file)))) return changes;
  return plan(context, file, "destroy");
}

/** A state written by another product, or by a newer version, may not be understood. */
export function engineChange(engine: Engine, recorded: IndexEntry | undefined): string | undefined {
  if (!recorded) return undefined;
  const { product, version } = recorded.engine;
  const then = `${product} ${version}`;
  const now = `${engine.product} ${engine.version}`;
  if (product !== engine.product) return `applied by ${then} before, now by ${now}`;
  return minor(version) > minor(engine.version) ? `applied by ${then} before, now by the older ${now}` : undefined;
}

function minor(version: string): number {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major * 1000 + minor;
}
