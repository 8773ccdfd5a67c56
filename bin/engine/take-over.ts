import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../failure";
import { type EngineContext, EngineFailure } from "./command";
import { type FoundBucket, foundBuckets, importConfig, strangers, strangersText } from "./found-bucket";
import type { PlanJson } from "./guard";
import { applyPlan, plan, showPlan } from "./stack-engine";

/** A plan, where it lies, and what the guard says of one that takes its place. */
export interface Planned {
  readonly file: string;
  readonly json: PlanJson;
  /** @throws Failure for a plan that does what nobody agreed to */
  readonly guard: (plan: PlanJson) => void;
}

const importsFile = ({ directory }: EngineContext) => join(directory, "isthmus-imports.tf.json");

/** What a run that was killed in the middle of a take-over has left beside the stack. */
export function forgetImports(context: EngineContext): void {
  rmSync(importsFile(context), { force: true });
}

/**
 * Carries a plan out. An engine that is killed between making a bucket and noting it leaves one that the next apply
 * stumbles over: where it is the site's own, or bare as only S3 makes it, it is taken into the state and the apply goes on.
 * @returns how many were taken over
 */
export async function applyTakingOver(context: EngineContext, planned: Planned): Promise<number> {
  try {
    await applyPlan(context, planned.file);
    return 0;
  } catch (error) {
    const found = error instanceof EngineFailure ? foundBuckets(error.errors, planned.json) : [];
    if (found.length === 0 || context.interrupt.requested) throw error;
    await takeOver(context, planned, found, (error as EngineFailure).message);
    return found.length;
  }
}

async function takeOver(context: EngineContext, planned: Planned, found: readonly FoundBucket[], reason: string) {
  writeFileSync(importsFile(context), JSON.stringify(importConfig(found)));
  try {
    const again = await planImports(context, planned.file, reason);
    const strange = strangers(found, again);
    if (strange.length > 0) throw new Failure(strangersText(strange));
    planned.guard(again);
    for (const { name } of found) context.progress(`${name} is there already, and this site's or bare: taken over`);
    await applyPlan(context, planned.file);
  } finally {
    forgetImports(context);
  }
}

/** A bucket of another account cannot even be looked at. */
async function planImports(context: EngineContext, file: string, reason: string): Promise<PlanJson> {
  try {
    await plan(context, file, "apply");
    return await showPlan(context, file);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    throw new EngineFailure(`${reason}; it could not be taken over: ${error.message}`, error.errors);
  }
}
