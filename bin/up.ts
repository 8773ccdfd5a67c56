import { join } from "node:path";
import { type Errand, installErrands, isLeftBehind, tellErrands, uninstallErrands } from "./carried";
import { otherwiseDeployed } from "./deployed";
import { consentOf } from "./engine/consent";
import { withDependencies } from "./engine/graph";
import type { StackResult } from "./engine/run";
import { refuseMissingSecrets } from "./engine/secrets";
import { readStackJson } from "./engine/stack-index";
import { upStacks } from "./engine/up";
import { type Ensured, ensureSites } from "./ensure";
import { expired, expiredLine, isExpired } from "./expired";
import { allWell, type Session, tally } from "./federation-session";
import { type Config, counted } from "./load-or-exit";
import { refuseTakenPorts } from "./ports";
import { siteOf, stacksOf } from "./target";

export interface UpResult {
  readonly ok: boolean;
  readonly stacks: readonly StackResult[];
  readonly ensured: readonly Ensured[];
  /** What somebody has to do at machines that nobody signs in to from here. */
  readonly errands: readonly Errand[];
  readonly left: readonly string[];
}

export interface UpWish {
  readonly yes?: boolean;
  readonly destroy: readonly string[];
}

/**
 * Applies what the target needs, then starts what is down at the sites on this machine, which no plan can see.
 * @throws Failure before anything is changed, where secrets are missing or ports are taken
 */
export async function bringUp(
  config: Config,
  session: Session,
  target: string | undefined,
  wish: UpWish,
): Promise<UpResult> {
  const { nodes, index, engine, progress, interrupt } = session;
  const { federation } = config;
  const names = nodes.map((n) => n.name);
  const site = (stack: string) => siteOf(stack, { federation, index });
  const chosen = stacksOf(target, { federation, stacks: names, index });
  const needed = withDependencies(nodes, chosen).map((n) => n.name);
  refuseMissingSecrets(session.output, needed);
  await refuseTakenPorts(config, session, needed);
  const began = performance.now();
  progress.line(`${federation.id}: ${counted(needed.length, "stack")}, ${engine.product} ${engine.version}`);
  const over = expired(federation);
  for (const entry of over) if (needed.some((s) => isExpired(s, site(s), [entry]))) progress.line(expiredLine(entry));
  const consent = consentOf(wish.destroy, wish.yes ?? false, configsOf(session, needed));
  const step = (stack: string, line: string) => progress.step(stack, line);
  const deployment = { ...session, records: session.records.keeper(site), progress: step, consent };
  const stacks = await upStacks(deployment, {
    ...session,
    chosen,
    siteOf: site,
    stopped: () => interrupt.requested,
    onState: (result) => progress.state(result),
  });
  const ensured = interrupt.requested ? [] : await ensureSites(config, session, stacks);
  const errands = tellOfErrands(config, session, stacks, site);
  const left = [...index.keys()].filter((stack) => !names.includes(stack));
  const well = ensured.every((e) => e.ok);
  const ok = allWell(stacks) && well;
  // What has expired fails again and again, and was told above.
  const goesOn = !well || !allWell(stacks.filter((r) => !isExpired(r.stack, site(r.stack), over)));
  const again =
    goesOn || interrupt.requested ? ["isthmus up", ...(target === undefined ? [] : [target])].join(" ") : "";
  closingLines(session, { ok, stacks, ensured, errands, left }, again, (performance.now() - began) / 1000);
  return { ok, stacks, ensured, errands, left };
}

/** Sites that files are carried to: what is run there now, and before it, where an older place is to be taken down. */
function tellOfErrands(
  { federation }: Config,
  session: Session,
  stacks: readonly StackResult[],
  siteOf: (stack: string) => string,
): Errand[] {
  const { output, index } = session;
  const moved = stacks.flatMap(({ stack, state }) => {
    const json = index.get(stack)?.config;
    if (state !== "done" || json === undefined) return [];
    return isLeftBehind(json, readStackJson(join(output, "stacks", stack))) ? [{ site: siteOf(stack), json }] : [];
  });
  const old = uninstallErrands(moved.reverse());
  const fresh = installErrands(federation, output, stacks);
  tellErrands(session, old, "is not where it was: this takes it down there");
  tellErrands(session, fresh, "is installed by whoever runs its machine");
  return [...old, ...fresh];
}

/** Both what is asked for and what was applied may hold an address that is to be destroyed. */
function configsOf({ output, index }: Session, stacks: readonly string[]) {
  return new Map(
    stacks.map((stack) => {
      const applied = index.get(stack)?.config;
      return [stack, [readStackJson(join(output, "stacks", stack)), ...(applied ? [applied] : [])]] as const;
    }),
  );
}

function closingLines({ progress, federation, directory }: Session, result: UpResult, again: string, seconds: number) {
  for (const stack of result.left)
    progress.line(`${stack} has left the config but still exists: take it down with isthmus down ${stack}`);
  const other = otherwiseDeployed({ id: federation.id, directory });
  if (other) progress.line(`${other}, if this federation has got another id since`);
  const how = again === "" ? "" : `; run \`${again}\` again to go on`;
  progress.line(`${federation.id}: ${tally(result.stacks)} in ${seconds.toFixed(1)} s${how}`);
}

/** The result of `up` for programs. */
export function upReport({ federation, engine }: Session, result: UpResult) {
  return {
    federation: federation.id,
    ok: result.ok,
    engine: `${engine.product} ${engine.version}`,
    stacks: result.stacks,
    ensured: result.ensured,
    errands: result.errands,
    leftConfig: result.left,
  };
}
