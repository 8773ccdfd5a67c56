import type { BastionConfig, LoginConfig } from "../schema/hpc-login";

/** A host that is signed in to over SSH. */
export interface ResolvedHost {
  readonly host: string;
  readonly user: string;
  readonly port: number;
  /** `TYPE KEY`: no other is accepted. Null: any is, of a host in between. */
  readonly hostKey: string | null;
}

/** A machine that is reached over SSH. */
export interface ResolvedSsh extends ResolvedHost {
  readonly kind: "ssh";
  readonly hostKey: string;
  /** Null: the agent's keys and ssh's own. */
  readonly keyFile: string | null;
  readonly bastion: ResolvedHost | null;
  /** The Python that runs the site's kit there. */
  readonly python: string;
}

/** A machine that somebody carries the files to. */
export interface ResolvedCarried {
  readonly kind: "bundle";
  /** Who runs the command there, with a batch system; null for root. */
  readonly user: string | null;
  /** The Python that runs the installer there. */
  readonly python: string;
}

export type ResolvedLogin = "here" | ResolvedSsh | ResolvedCarried;

const sshPort = 22;
const usualPython = "python3";

export function resolveLogin(login: LoginConfig): ResolvedLogin {
  if (login === "here") return login;
  if (login.kind === "bundle") {
    return { kind: login.kind, user: login.user ?? null, python: login.python ?? usualPython };
  }
  const { kind, host, user, hostKey } = login;
  return {
    kind,
    host,
    user,
    hostKey,
    port: login.port ?? sshPort,
    keyFile: login.keyFile ?? null,
    bastion: login.bastion === undefined ? null : hostBetween(login.bastion, user),
    python: login.python ?? usualPython,
  };
}

/** `user` is that of the machine behind it. */
function hostBetween(bastion: BastionConfig, user: string): ResolvedHost {
  if (typeof bastion === "string") return { host: bastion, user, port: sshPort, hostKey: null };
  const { host, port, hostKey } = bastion;
  return { host, user: bastion.user ?? user, port: port ?? sshPort, hostKey: hostKey ?? null };
}
