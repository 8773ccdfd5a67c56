import { rmSync } from "node:fs";
import { join } from "node:path";
import { type EngineContext, EngineFailure } from "./command";
import type { Engine } from "./find";
import { type Consent, countsText, planCounts, refusals, refusalText } from "./guard";
import type { Interrupt } from "./interrupt";
import { Log } from "./log";
import type { Outcome } from "./run";
import { applyPlan, initialize, plan, showPlan } from "./stack-engine";
import type { IndexEntry } from "./stack-index";
import type { StateDirectory } from "./state-directory";

/** What all stacks of one run share. */
export interface Deployment {
  readonly engine: Engine;
  readonly state: StateDirectory;
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
  readonly before: () => void;
  /** When the engine and the stack agree again. */
  readonly after: () => void;
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
    if (!(error instanceof EngineFailure)) throw error;
    // what a stopped engine says of its killed programs helps nobody
    const detail = deployment.interrupt.requested ? "interrupted" : error.message;
    return { state: "failed", detail, log: log.path };
  } finally {
    log.close();
    rmSync(planFile(deployment, stack), { force: true });
  }
}

/** A plan lives for one turn: it may hold values that nobody else should read. */
function planFile({ state }: Deployment, stack: string): string {
  return join(state.plans, stack);
}

async function carryOut(deployment: Deployment, context: EngineContext, turn: Turn): Promise<Outcome> {
  const { stack, kind, before, after } = turn;
  const file = planFile(deployment, stack);
  await initialize(context);
  if (!(await plan(context, file, kind))) {
    after();
    return { state: "unchanged", detail: "" };
  }
  const planned = await showPlan(context, file);
  const refused = refusals(planned, deployment.consent(stack));
  if (refused.length > 0) return { state: "failed", detail: refusalText(stack, refused), log: context.log.path };
  if (deployment.interrupt.requested) return { state: "failed", detail: "interrupted before anything was changed" };
  before();
  await applyPlan(context, file);
  after();
  return { state: "done", detail: countsText(planCounts(planned)) };
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
