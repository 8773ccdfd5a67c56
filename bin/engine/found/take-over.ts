import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "../../failure";
import { type EngineContext, EngineFailure } from "../command";
import type { PlanJson } from "../guard";
import { applyPlan, plan, planLook, showPlan } from "../stack-engine";
import { readStackJson } from "../stack-index";
import { idLooks, importConfig, refusedThings, strangers, strangersText, unfinished, withIds } from "./refused";
import type { Looks } from "./tagged";
import type { Thing } from "./thing";

/** A plan, where it lies, and what the guard says of one that takes its place. */
export interface Planned {
  readonly file: string;
  readonly json: PlanJson;
  /** Whether the stack's last apply was cut off: then what has only a name may be left of it. */
  readonly afterCut: boolean;
  /** What the plan imports already. */
  readonly imports: readonly Thing[];
  /** @throws Failure for a plan that does what nobody agreed to */
  readonly guard: (plan: PlanJson) => void;
}

const besides = ["isthmus-imports.tf.json", "isthmus-look.tf.json"] as const;
const [importsFile, lookFile] = besides;

/** What a run that was killed in the middle of a take-over has left beside the stack. */
export function forgetImports({ directory }: EngineContext): void {
  for (const name of besides) rmSync(join(directory, name), { force: true });
}

/** Has the plans that follow take things into the state. */
export function writeImports({ directory }: EngineContext, things: readonly Thing[]): void {
  writeFileSync(join(directory, importsFile), JSON.stringify(importConfig(things)));
}

/** Plans nothing but these data sources; the state is in the answer too. */
export async function lookedAt(context: EngineContext, file: string, look: Looks): Promise<PlanJson> {
  const path = join(context.directory, lookFile);
  writeFileSync(path, JSON.stringify(look));
  try {
    await planLook(context, file, addressesIn(look.data));
    return await showPlan(context, file);
  } finally {
    rmSync(path, { force: true });
  }
}

function addressesIn(data: Looks["data"]): string[] {
  return Object.entries(data).flatMap(([type, blocks]) => Object.keys(blocks).map((one) => `data.${type}.${one}`));
}

/**
 * Carries a plan out. An engine that is killed between making a thing and noting it leaves one that the next apply
 * stumbles over: where it is the site's own, it is taken into the state and the apply goes on, as often as that goes further.
 * @returns how many were taken over beside those that the plan imports
 */
export async function applyTakingOver(context: EngineContext, planned: Planned): Promise<number> {
  const taken = new Map(planned.imports.map((one) => [one.address, one]));
  let json = planned.json;
  for (;;) {
    try {
      await applyPlan(context, planned.file);
      return taken.size - planned.imports.length;
    } catch (error) {
      if (!(error instanceof EngineFailure) || context.interrupt.requested) throw error;
      const fresh = await freshly(context, planned, error, json, taken);
      if (fresh.length === 0) throw error;
      for (const one of fresh) taken.set(one.address, one);
      json = await takeOver(context, planned, { all: [...taken.values()], fresh }, error.message);
    }
  }
}

/** What an apply was refused that no round before has taken over. */
async function freshly(
  context: EngineContext,
  { file, afterCut }: Planned,
  error: EngineFailure,
  json: PlanJson,
  taken: ReadonlyMap<string, Thing>,
): Promise<Thing[]> {
  const stack = readStackJson(context.directory);
  const refused = refusedThings(error.errors, json, stack, afterCut).filter(({ address }) => !taken.has(address));
  const look = idLooks(refused);
  return withIds(refused, look && (await lookedAt(context, file, look)));
}

async function takeOver(
  context: EngineContext,
  { file, guard }: Planned,
  { all, fresh }: { readonly all: readonly Thing[]; readonly fresh: readonly Thing[] },
  reason: string,
): Promise<PlanJson> {
  writeImports(context, all);
  const first = await planImports(context, file, reason);
  const strange = strangers(fresh, first);
  if (strange.length > 0) throw new Failure(strangersText(strange));
  const again = await whenMade(context, first, fresh, () => planImports(context, file, reason));
  guard(again);
  for (const { id } of fresh) context.progress(`${id} is there already, and this site's: taken over`);
  return again;
}

/** How long (ms) AWS may take to make a group of nodes, and between two looks. */
const patience = { deadline: 60 * 60_000, pause: 20_000 };

/** The engine waits for what it makes itself, and not for what it imports: what stands on that would fail. */
async function whenMade(
  context: EngineContext,
  plan: PlanJson,
  things: readonly Thing[],
  again: () => Promise<PlanJson>,
): Promise<PlanJson> {
  const end = Date.now() + patience.deadline;
  let now = plan;
  for (let first = true; ; first = false) {
    const { waits, failed } = unfinished(things, now);
    const names = (some: readonly Thing[]) => some.map(({ id }) => id).join(", ");
    if (failed.length > 0)
      throw new Failure(
        `AWS failed to make ${names(failed)} for the apply that was cut off: remove it, then run this again`,
      );
    if (waits.length === 0) return now;
    if (context.interrupt.requested || Date.now() > end)
      throw new Failure(`${names(waits)} is still being made: run this again later`);
    if (first) context.progress(`${names(waits)} is still being made for the apply that was cut off: waiting`);
    await delay(patience.pause);
    now = await again();
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
