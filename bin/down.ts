import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Errand, tellErrands, uninstallErrands } from "./carried";
import { confirm } from "./confirm";
import { otherwiseDeployed, rootsOf } from "./deployed";
import { consentOf } from "./engine/consent";
import { allStacks, downStacks } from "./engine/down";
import { withDependents } from "./engine/graph";
import type { StackResult } from "./engine/run";
import { readStackJson, type StackJson } from "./engine/stack-index";
import { allWell, type Session, tally } from "./federation-session";
import { counted } from "./load-or-exit";
import { isInstalledSomewhere, removeRemains } from "./remains";
import { siteOf, stacksOf } from "./target";

export interface DownResult {
  readonly ok: boolean;
  readonly stacks: readonly StackResult[];
  /** Directories with data that stay on this machine. */
  readonly kept: readonly string[];
  /** What somebody has to do at machines that nobody signs in to from here. */
  readonly errands: readonly Errand[];
}

export interface DownWish {
  readonly yes?: boolean;
  readonly json?: boolean;
  /** The id that was asked for instead of the config's. */
  readonly federation?: string;
  readonly destroy: readonly string[];
}

/** Destroys what the target means and all that needs it, after asking; tells what is left and where the data is. */
export async function takeDown(session: Session, target: string | undefined, wish: DownWish): Promise<DownResult> {
  const { federation, directory, nodes, index, records, engine, progress, interrupt } = session;
  const site = (stack: string) => siteOf(stack, { federation, index });
  const all = allStacks(nodes, index);
  const chosen = stacksOf(target, { federation, stacks: all.map((n) => n.name), index });
  const reached = withDependents(all, chosen);
  const there = await Promise.all(reached.map((n) => exists(session, n.name, site(n.name))));
  const going = reached.filter((_, i) => there[i]);
  const names = going.map((n) => n.name);
  if (names.length === 0) {
    progress.line(`${target ?? federation.id}: nothing is up`);
    const other = target === undefined ? otherwiseDeployed({ id: federation.id, directory }) : undefined;
    if (other) progress.line(other);
    return { ok: true, stacks: [], kept: [], errands: [] };
  }
  const jsons = new Map(names.map((stack) => [stack, jsonsOf(session, stack)] as const));
  const consent = consentOf(wish.destroy, true, jsons);
  const data = wish.destroy.length === 0 ? "Data stays." : `Deleted with all it holds: ${wish.destroy.join(", ")}.`;
  await confirm(wish, {
    deed: `this takes down ${names.join(", ")}`,
    question: `Take down ${names.join(", ")}? ${data}`,
    declined: "nothing was taken down",
  });
  const began = performance.now();
  progress.line(
    `${federation.id}: ${counted(names.length, "stack")} to take down, ${engine.product} ${engine.version}`,
  );
  const step = (stack: string, line: string) => progress.step(stack, line);
  const deployment = { ...session, records: records.keeper(site), progress: step, consent };
  const downed = await downStacks(deployment, {
    ...session,
    nodes: going,
    configured: new Set(nodes.map((n) => n.name).filter((stack) => !records.isElsewhere(stack, site(stack)))),
    stopped: () => interrupt.requested,
    onState: (result) => progress.state(result),
  });
  const stacks = await removeRemains(session, downed, (stack) => jsons.get(stack) ?? []);
  const kept = keptDirectories(session, [...jsons.values()].flat());
  const gone = stacks.filter((r) => r.state === "done" || r.state === "unchanged").map((r) => r.stack);
  const errands = uninstallErrands(
    gone.flatMap((stack) => (jsons.get(stack) ?? []).slice(-1).map((json) => ({ site: site(stack), json }))),
  );
  tellErrands(session, errands, "runs on until whoever runs its machine ends it there; data stays");
  const result = { ok: allWell(stacks), stacks, kept, errands };
  closingLines(session, result, commandLine(target, wish), (performance.now() - began) / 1000);
  return result;
}

/** Whether anything of a stack was ever made: it is recorded, its state holds resources (`cdktf deploy` records nothing), or it lies at its site. */
async function exists(session: Session, stack: string, site: string): Promise<boolean> {
  const { index, records } = session;
  if (index.has(stack) || isInstalledSomewhere(session, jsonsOf(session, stack))) return true;
  const text = (await records.wanted(site).state(stack)) ?? "";
  return text !== "" && !/"resources": \[\]/.test(text);
}

function jsonsOf({ nodes, output, index }: Session, stack: string): StackJson[] {
  const applied = index.get(stack)?.config;
  const wanted = nodes.some((n) => n.name === stack) ? [readStackJson(join(output, "stacks", stack))] : [];
  return [...wanted, ...(applied ? [applied] : [])];
}

/** Data of sites on this machine: uninstalling never touches it. */
function keptDirectories({ directory }: Session, jsons: readonly StackJson[]): string[] {
  const places = jsons
    .flatMap(rootsOf)
    .flatMap((root) => ["buckets", "home"].map((part) => resolve(directory, root, part)));
  return [...new Set(places)].sort().filter((path) => existsSync(path));
}

function commandLine(target: string | undefined, { federation }: DownWish): string {
  const words = [
    ...(target === undefined ? [] : [target]),
    ...(federation === undefined ? [] : ["--federation", federation]),
  ];
  return ["isthmus down", ...words].join(" ");
}

function closingLines({ progress, federation }: Session, result: DownResult, again: string, seconds: number): void {
  const left = result.stacks.filter((r) => r.state !== "done" && r.state !== "unchanged").map((r) => r.stack);
  if (left.length > 0) progress.line(`still there: ${left.join(", ")}; run \`${again}\` again to go on`);
  if (result.kept.length > 0) progress.line(`data kept in ${result.kept.join(", ")}`);
  progress.line(`${federation.id}: ${tally(result.stacks)} in ${seconds.toFixed(1)} s`);
}

/** The result of `down` for programs. */
export function downReport({ federation, engine }: Session, result: DownResult) {
  return {
    federation: federation.id,
    ok: result.ok,
    engine: `${engine.product} ${engine.version}`,
    stacks: result.stacks,
    kept: result.kept,
    errands: result.errands,
  };
}
