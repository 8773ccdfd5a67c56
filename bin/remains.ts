import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Delivery, deliveriesOf } from "./deployed";
import { runMark } from "./engine/leftovers";
import type { StackResult } from "./engine/run";
import type { StackJson } from "./engine/stack-index";
import type { Session } from "./federation-session";
import { manifestOf, ownKit, runKit } from "./site-kit";

type Place = Pick<Session, "federation" | "directory">;

/** Whether a federation's part is installed at one of its sites on this machine, whatever the engine's state says. */
export function isInstalledSomewhere(place: Place, jsons: readonly StackJson[]): boolean {
  return deliveredTo(place, jsons).some((delivery) => installedBy(delivery) === place.federation.id);
}

/** What a federation's stacks left at its sites; what another federation has installed at the same place is not meant. */
function remainsOf(place: Place, jsons: readonly StackJson[]): Delivery[] {
  return deliveredTo(place, jsons).filter(
    (delivery) => hasRemains(delivery) && [undefined, place.federation.id].includes(installedBy(delivery)),
  );
}

function deliveredTo({ directory }: Place, jsons: readonly StackJson[]): Delivery[] {
  const found = jsons.flatMap(deliveriesOf).map(({ root, part }) => ({ root: resolve(directory, root), part }));
  return [...new Map(found.map((d) => [`${d.root}\0${d.part}`, d])).values()];
}

function installedBy({ root, part }: Delivery): string | undefined {
  return manifestOf(join(root, "current", part))?.federation;
}

function hasRemains({ root, part }: Delivery): boolean {
  const release = new RegExp(`^\\.?${part}-[0-9a-f]{12}(\\..*)?$`);
  return (
    isLink(join(root, "current", part)) ||
    existsSync(join(root, "supervisor", `${part}.ini`)) ||
    namesIn(join(root, "releases")).some((name) => release.test(name)) ||
    (part === "base" && existsSync(join(root, "run")))
  );
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

/**
 * The last step of `down`, outside the engine: uninstalls what lies at a site although the engine knows nothing of it any
 * more, since an `up` or a `down` was cut off before it wrote its state. Stacks whose remains stay have failed.
 */
export async function removeRemains(
  session: Session,
  results: readonly StackResult[],
  jsonsOf: (stack: string) => readonly StackJson[],
): Promise<StackResult[]> {
  const after: StackResult[] = [];
  for (const result of results) {
    const gone = result.state === "done" || result.state === "unchanged";
    after.push(gone ? await withoutRemains(session, result, jsonsOf(result.stack)) : result);
  }
  return after;
}

async function withoutRemains(
  session: Session,
  result: StackResult,
  jsons: readonly StackJson[],
): Promise<StackResult> {
  const { directory, progress, state } = session;
  let now = result;
  for (const { root, part } of remainsOf(session, jsons)) {
    progress.step(result.stack, `still at ${root} though no state tells of it: uninstalling ${part}`);
    const end = await runKit(root, "uninstall", {
      kit: ownKit(),
      flags: ["--id", part],
      progress: (line) => progress.step(result.stack, line),
      directory,
      environment: runMark(state),
    });
    const outcome = end.ok ? { state: "done", detail: "uninstalled" } : { state: "failed", detail: end.error };
    now = { ...now, ...outcome } as StackResult;
    progress.state(now);
  }
  return now;
}
