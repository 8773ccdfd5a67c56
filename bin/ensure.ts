import { existsSync } from "node:fs";
import { join } from "node:path";
import { stackName } from "../config/names";
import { runMark } from "./engine/leftovers";
import type { StackResult } from "./engine/run";
import type { Session } from "./federation-session";
import type { Config } from "./load-or-exit";
import { isInstalled, type KitCall, kitOf, type LocalSite, localSites, manifestOf, runKit } from "./site-kit";
import { installOver, runSshKit, type SshSite, sshSites } from "./ssh-kit";
import { digestsOf } from "./status/over-ssh";

/** What the last step of `up` found at a site. */
export interface Ensured {
  readonly site: string;
  readonly ok: boolean;
  /** What it did, or the line that matters of its failure. */
  readonly lines: readonly string[];
}

/**
 * The last step of `up`, outside the engine, for what no plan can see: installs again what an engine that was killed, or
 * somebody's `rm`, took from under its state, and starts what is down.
 */
export function ensureSites(config: Config, session: Session, stacks: readonly StackResult[]): Promise<Ensured[]> {
  const fine = new Set(stacks.filter((r) => r.state === "done" || r.state === "unchanged").map((r) => r.stack));
  const sites = localSites(config.federation, config.directory);
  const isFine = ({ site }: Pick<LocalSite, "site">) => fine.has(stackName(site.id, "base"));
  return Promise.all([
    ...sites.filter(isFine).map((local) => ensureSite(session, local, fine)),
    ...sshSites(config.federation)
      .filter(isFine)
      .map((remote) => ensureOver(session, remote, fine)),
  ]);
}

async function ensureSite(session: Session, { site, root }: LocalSite, fine: ReadonlySet<string>): Promise<Ensured> {
  const { progress, directory, state, output } = session;
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    progress.line(`${site.id}  ${line}`);
  };
  const call: KitCall = { progress: say, directory, environment: runMark(state) };
  for (const part of ["base", ...site.hubs.map((h) => h.id)]) {
    const bundle = join(output, "stacks", stackName(site.id, part), "bundle");
    if (!fine.has(stackName(site.id, part)) || !existsSync(bundle) || isThere(root, part, bundle)) continue;
    say(`${part} is recorded as applied and not there: installing it`);
    const end = await runKit(root, "install", {
      ...call,
      kit: kitOf(bundle),
      flags: ["--bundle", bundle],
    });
    if (!end.ok) return failed(`${part} cannot be installed: ${end.error}`);
  }
  if (!isInstalled(root)) return { site: site.id, ok: true, lines };
  const end = await runKit(root, "ensure", call);
  return end.ok ? { site: site.id, ok: true, lines } : failed(`not all programs run: ${end.error}`, end.error);

  function failed(line: string, error = line): Ensured {
    progress.line(`${site.id}  ${line}`);
    return { site: site.id, ok: false, lines: [...lines, error] };
  }
}

/** The same at a site on another machine. */
async function ensureOver(session: Session, remote: SshSite, fine: ReadonlySet<string>): Promise<Ensured> {
  const { site } = remote;
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    session.progress.line(`${site.id}  ${line}`);
  };
  const end = (ok: boolean): Ensured => ({ site: site.id, ok, lines });
  const { digests, problem } = await digestsOf(remote);
  if (problem !== null) {
    say(`cannot be asked: ${problem}`);
    return end(false);
  }
  for (const part of ["base", ...site.hubs.map((h) => h.id)]) {
    const directory = join(session.output, "stacks", stackName(site.id, part));
    const wanted = manifestOf(join(directory, "bundle"))?.digest;
    if (!fine.has(stackName(site.id, part)) || wanted === undefined || digests[part] === wanted) continue;
    say(`${part} is recorded as applied and not there: installing it`);
    const installed = await installOver(remote, directory, { progress: say });
    if (installed.ok) continue;
    say(`${part} cannot be installed: ${installed.error}`);
    return end(false);
  }
  const ensured = await runSshKit(remote, "ensure", { progress: say });
  if (!ensured.ok) say(`not all programs run: ${ensured.error}`);
  return end(ensured.ok);
}

/** Whether what a site runs of a part is what was synthesized. */
function isThere(root: string, part: string, bundle: string): boolean {
  const installed = manifestOf(join(root, "current", part));
  return installed !== undefined && installed.digest === manifestOf(bundle)?.digest;
}
