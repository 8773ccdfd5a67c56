import { type IndexEntry, type StackJson, stackDigest } from "../engine/stack-index";
import { Failure } from "../failure";
import type { Records } from "./stores";

/** A stack whose state lies in another place than the config says. */
export interface Move {
  readonly stack: string;
  readonly site: string;
  readonly from: string;
  readonly to: string;
}

/** What would have to move, of these stacks. */
export function movesOf(records: Records, stacks: readonly string[], siteOf: (stack: string) => string): Move[] {
  return stacks.flatMap((stack) => {
    const site = siteOf(stack);
    const from = records.holder(stack);
    if (from === undefined || !records.isElsewhere(stack, site)) return [];
    return [{ stack, site, from: from.place, to: records.wanted(site).place }];
  });
}

/**
 * Copies a stack's state and record to where the config wants them, then takes them from where they were. Cut off in
 * between, it goes on when it is called again.
 * @param wanted the stack as it is synthesized now, whose backend the record takes over
 * @throws Failure where an engine holds the stack's lock, or another state is there already
 */
export async function moveState(records: Records, { stack, site }: Move, wanted: StackJson): Promise<void> {
  const from = records.holder(stack);
  const to = records.wanted(site);
  const entry = records.index.get(stack);
  if (!from || !entry) throw new Error(`no record of ${stack}`);
  if (await from.isLocked(stack)) throw new Failure(`${stack} is being changed (${from.place}): wait until that ends`);
  const [text, there] = await Promise.all([from.state(stack), to.state(stack)]);
  if (text !== undefined && text !== there) await to.addState(stack, text);
  await to.write(withBackend(entry, wanted));
  await from.remove(stack);
  if (text !== undefined) await from.dropState(stack);
}

/** The record with the backend that the stack has now: `down` of a stack that left the config goes by it. */
function withBackend(entry: IndexEntry, wanted: StackJson): IndexEntry {
  const { backend } = wanted.terraform as { backend?: unknown };
  const config = { ...entry.config, terraform: { ...(entry.config.terraform as object), backend } };
  return { ...entry, config, digest: stackDigest(config) };
}
