import { type EngineContext, EngineFailure } from "../command";
import type { PlanJson } from "../guard";
import { forgetThing, importThing, plan } from "../stack-engine";
import { readStackJson, type StackJson } from "../stack-index";
import { namedIn } from "./named";
import { foreign } from "./refused";
import { firstOf, type Look, leftoverLines, lookConfig, lookResult, regionOf } from "./tagged";
import { forgetImports, lookedAt, writeImports } from "./take-over";
import type { Thing } from "./thing";

const nothing: Look = { known: undefined, candidates: new Map(), leftovers: [] };

/**
 * Looks for what an apply that was cut off has made without the state knowing, and tells of what bears the name of one that is
 * known. @param former the stack as that apply had it
 */
export async function lookAfterCut(context: EngineContext, file: string, former: StackJson): Promise<Look> {
  const stack = readStackJson(context.directory);
  const look = lookConfig(stack) ?? lookConfig(former);
  if (!look) return nothing;
  context.progress("its last apply was cut off: looking for what that made");
  try {
    const result = lookResult(await lookedAt(context, file, look), stack, former);
    for (const line of leftoverLines(result.leftovers, regionOf(stack))) context.progress(line);
    return result;
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    const why = "things that have no name of their own may be made twice";
    context.progress(
      `warning: what the apply that was cut off made could not be looked for, so ${why}: ${error.message}`,
    );
    return nothing;
  }
}

/** How an engine says that there is nothing to import. */
const isGone = /Cannot import non-existent remote object/;

/** Plans an apply that takes what was found into the state. What AWS still lists though it is gone is left out. */
export async function planTakingOver(
  context: EngineContext,
  file: string,
  look: Look,
): Promise<{ readonly changes: boolean; readonly imports: readonly Thing[] }> {
  const gone = new Set<string>();
  for (;;) {
    const imports = firstOf(look, gone);
    if (imports.length > 0) writeImports(context, imports);
    else forgetImports(context);
    try {
      return { changes: await plan(context, file, "apply"), imports };
    } catch (error) {
      const before = gone.size;
      for (const { address, id } of imports)
        if (error instanceof EngineFailure && saysGone(error, address)) gone.add(`${address} ${id}`);
      if (gone.size === before) throw error;
    }
  }
}

function saysGone({ errors }: EngineFailure, address: string): boolean {
  return errors.some(
    ({ summary, detail, address: at }) => isGone.test(summary) && (at === address || detail.includes(`"${address}"`)),
  );
}

/**
 * Takes what was found into the state without anything else, since an engine that destroys imports nothing; also what the state
 * lacks and AWS would have by its name. @returns those that were found by name alone
 */
export async function importFound(context: EngineContext, look: Look): Promise<Thing[]> {
  const byName = look.known ? namedIn(readStackJson(context.directory), look.known) : [];
  const candidates = new Map([...look.candidates, ...byName.map(({ address, id }) => [address, [id]] as const)]);
  const gone = new Set<string>();
  const taken = new Set<string>();
  for (;;) {
    const next = firstOf({ candidates }, gone).find(({ address }) => !taken.has(address));
    if (!next) return byName.filter(({ address }) => taken.has(address));
    if (await importThing(context, next, isGone)) {
      taken.add(next.address);
      context.progress(`${next.id} is there though no state tells of it: taken over`);
    } else {
      gone.add(`${next.address} ${next.id}`);
      // without a cluster there are no groups of its nodes to ask for
      for (const { address, id } of byName) if (id.startsWith(`${next.id}:`)) gone.add(`${address} ${id}`);
    }
  }
}

/** Lets go of what was found by its name and is somebody else's by its tags. @returns whether there was any */
export async function letGoOfStrangers(
  context: EngineContext,
  things: readonly Thing[],
  plan: PlanJson,
): Promise<boolean> {
  const strange = foreign(things, plan, readStackJson(context.directory));
  for (const { address, id } of strange) {
    await forgetThing(context, address);
    context.progress(`${id} bears no tags of this site: left alone`);
  }
  return strange.length > 0;
}
