import type { ResolvedFederation } from "../config/resolve/federation";
import type { ResolvedSsh } from "../config/resolve/hpc-login";
import { hostOf } from "../config/resolve/hpc-urls";
import type { ResolvedHpcSite, ResolvedSite } from "../config/resolve/site";
import { askCommand, remoteInstall, remoteKit, sendCommand, sshFiles, sshVariables } from "../constructs/hpc/ssh";
import { withWayOn } from "./cut-connection";
import { callProgram, type KitCall, type KitEnd } from "./site-kit";

/** A site on another machine, with the way there. */
export interface SshSite {
  readonly site: ResolvedHpcSite;
  readonly login: ResolvedSsh;
}

/** Sites whose programs run on other machines. */
export function sshSites(federation: ResolvedFederation): SshSite[] {
  return federation.sites.flatMap((site) => {
    const way = wayTo(site);
    return way ? [way] : [];
  });
}

/** The way to a site's machine; undefined for the one you sit at, and where there is none from here. */
export function wayTo(site: ResolvedSite): SshSite | undefined {
  if (site.provider !== "hpc" || site.login === "here" || site.login.kind !== "ssh") return undefined;
  return { site, login: site.login };
}

/** Where a site lies, for people. */
export function spelled({ site, login }: SshSite): string {
  return `${login.user}@${login.host}:${site.root}`;
}

const loopback = /^(?:127\.|localhost$|::1$)/;

/** The command that brings a site's ports here, where it listens only to its own machine; undefined where none is needed. */
export function tunnelFor(site: ResolvedSite): string | undefined {
  const way = wayTo(site);
  if (!way || !loopback.test(way.site.listen.host)) return undefined;
  const { login } = way;
  const { listen, s3 } = way.site;
  const forward = [listen.port, s3.port].map((port) => `-L ${port}:${hostOf(listen.host)}:${port}`);
  const jump = login.bastion ? [`-J ${login.bastion.user}@${login.bastion.host}:${login.bastion.port}`] : [];
  return ["ssh -N", ...forward, ...jump, `-p ${login.port} ${login.user}@${login.host}`].join(" ");
}

/** Runs the kit of an installed site; it prints nothing where none is installed. */
export function runSshKit(
  { site, login }: SshSite,
  verb: "ensure" | "status" | "credentials",
  { flags = [], ...call }: Pick<KitCall, "flags" | "progress"> = {},
): Promise<KitEnd> {
  return over(login, askCommand, remoteKit({ root: site.root, python: login.python }, verb, flags), call);
}

/**
 * Installs a bundle, as the engine does.
 * @param directory the stack's output directory, which holds `bundle/`
 */
export function installOver(
  { site, login }: SshSite,
  directory: string,
  call: Pick<KitCall, "progress">,
): Promise<KitEnd> {
  return over(login, sendCommand, remoteInstall({ root: site.root, python: login.python }), { ...call, directory });
}

async function over(login: ResolvedSsh, command: string, remote: string, call: KitCall): Promise<KitEnd> {
  const environment = sshVariables(sshFiles(login), remote);
  const end = await callProgram("/bin/sh", ["-c", command], { ...call, environment });
  const way = { said: end.stderr.split("\n"), installs: command === sendCommand };
  return { ...end, error: withWayOn(end.error, way) };
}
