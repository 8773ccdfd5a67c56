import type { LoginConfig } from "../schema/hpc-login";

/** A host that is signed in to over SSH. */
export interface ResolvedHost {
  readonly host: string;
  readonly user: string;
  readonly port: number;
  /** `TYPE KEY`: no other is accepted. */
  readonly hostKey: string;
}

/** A machine that is reached over SSH. */
export interface ResolvedSsh extends ResolvedHost {
  readonly kind: "ssh";
  /** Null: the agent's keys and ssh's own. */
  readonly keyFile: string | null;
  readonly bastion: ResolvedHost | null;
  /** The Python that runs the site's kit there. */
  readonly python: string;
}

/** A machine that somebody carries the files to. */
export interface ResolvedCarried {
  readonly kind: "bundle";
  /** The Python that runs the installer there. */
  readonly python: string;
}

export type ResolvedLogin = "here" | ResolvedSsh | ResolvedCarried;

const sshPort = 22;
const usualPython = "python3";

export function resolveLogin(login: LoginConfig): ResolvedLogin {
  if (login === "here") return login;
  if (login.kind === "bundle") return { kind: login.kind, python: login.python ?? usualPython };
  const { kind, host, user, hostKey, bastion } = login;
  return {
    kind,
    host,
    user,
    hostKey,
    port: login.port ?? sshPort,
    keyFile: login.keyFile ?? null,
    bastion: bastion ? { ...bastion, user: bastion.user ?? user, port: bastion.port ?? sshPort } : null,
    python: login.python ?? usualPython,
  };
}
