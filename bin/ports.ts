import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { rootsOf } from "./deployed";
import { Failure } from "./failure";
import type { Session } from "./federation-session";
import type { Config } from "./load-or-exit";
import { kitOf, type LocalSite, localSites, runKit } from "./site-kit";
import { siteOf } from "./target";

/**
 * Asks, before anything is changed, who has the ports that the stacks' programs are to have at the sites on this machine.
 * @throws Failure with every owner and what to do
 */
export async function refuseTakenPorts(config: Config, session: Session, stacks: readonly string[]): Promise<void> {
  const { federation, directory } = config;
  const asked = localSites(federation, directory).map(async (local) => {
    const own = stacks.filter((stack) => siteOf(stack, { federation, index: session.index }) === local.site.id);
    return (await takenAt(local, session, own)).map((line) => `${local.site.id}: ${line}`);
  });
  const lines = (await Promise.all(asked)).flat();
  if (lines.length === 0) return;
  throw new Failure(`nothing was changed, since ports are taken\n${lines.map((line) => `  ${line}`).join("\n")}`);
}

async function takenAt({ root }: LocalSite, session: Session, stacks: readonly string[]): Promise<string[]> {
  const { output, index, directory } = session;
  const bundles = stacks.map((stack) => join(output, "stacks", stack, "bundle"));
  const [first] = bundles.filter((bundle) => existsSync(kitOf(bundle)));
  if (first === undefined) return [];
  // A site that moves to another root is uninstalled where it was before it is installed anew.
  const before = stacks.flatMap((stack) => rootsOf(index.get(stack)?.config ?? {}));
  const leaving = before.map((written) => resolve(directory, written)).filter((other) => other !== root);
  const flags = [...bundles.flatMap((b) => ["--bundle", b]), ...leaving.flatMap((l) => ["--leaving", l])];
  const end = await runKit(root, "ports", { kit: kitOf(first), flags, directory });
  if (!end.ok) throw new Failure(end.error);
  return JSON.parse(end.stdout) as string[];
}
