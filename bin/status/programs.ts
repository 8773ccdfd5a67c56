import { runKit } from "../site-kit";

/** A supervised program of a site. */
export interface Program {
  readonly name: string;
  /** `base` or the hub it belongs to. */
  readonly id: string;
  /** Supervisor's word: RUNNING, STARTING, BACKOFF, STOPPED, EXITED, FATAL. */
  readonly state: string;
  readonly health: "ok" | "down" | "none";
  readonly pid?: number | null;
  readonly uptimeSeconds?: number | null;
}

/** What a kit tells of its site. */
export interface KitStatus {
  /** What is installed; a site that an earlier release installed does not tell what has expired, or its front. */
  readonly ids?: Readonly<
    Record<
      string,
      {
        readonly digest?: string;
        readonly expired?: boolean;
        readonly front?: { readonly url?: string; readonly title?: string | null; readonly basePath?: string | null };
      }
    >
  >;
  readonly programs: readonly Program[];
  /** An earlier release knows of none. */
  readonly copies?: readonly CopyStatus[];
  readonly certificate?: CertificateStatus;
}

/** The certificate of a site that ends TLS itself. */
export interface CertificateStatus {
  readonly host: string;
  /** Seconds since 1970; null where clients refuse it. */
  readonly until: number | null;
  /** Why, or why the last renewal failed. */
  readonly problem: string | null;
}

/** What a kit tells of its site beside its programs. */
export function besidePrograms({ copies = [], certificate }: Partial<KitStatus>) {
  return { copies, ...(certificate === undefined ? {} : { certificate }) };
}

/** How a copy of another site's dataset stands, as the program tells that fetches it. */
export interface CopyStatus {
  readonly dataset: string;
  readonly everySeconds: number;
  /** `waiting`: its turn has not come yet; `behind`: its source is written to faster than it is copied. */
  readonly state: "waiting" | "copying" | "whole" | "behind" | "failing";
  /** When that turn began, in seconds since 1970; null before the first. */
  readonly at: number | null;
  /** The last time that it was whole, and what it held; `leaving` of it the source has no more. */
  readonly whole: {
    readonly at: number;
    readonly objects: number;
    readonly bytes: number;
    readonly leaving: number;
  } | null;
  /** While it is copied: objects and bytes so far. */
  readonly copied?: number;
  readonly copiedBytes?: number;
  readonly problem?: string;
}

/** How to sign in to a hub with a shared password. */
export interface SignIn {
  /** Which user names work. */
  readonly users: string;
  readonly password?: string | null;
  readonly admins: readonly string[];
  readonly adminPassword?: string | null;
}

/** The programs, copies and certificate of an installed site, or why its kit could not be asked. */
export async function programsOf(
  root: string,
): Promise<{ programs: Program[]; problem: string | null } & ReturnType<typeof besidePrograms>> {
  const end = await runKit(root, "status", { flags: ["--json"] });
  if (!end.ok) return { programs: [], copies: [], problem: end.error };
  const told = JSON.parse(end.stdout) as KitStatus;
  return { programs: duePrograms(told), ...besidePrograms(told), problem: null };
}

/** The programs that a kit tells of and that should run. */
export function duePrograms({ ids, programs }: KitStatus): Program[] {
  return dueOf(programs, (id) => ids?.[id]?.expired === true);
}

/** The programs that should run: what has expired is not started again, so that it is nothing to repair. */
export function dueOf(programs: readonly Program[], isExpired: (id: string) => boolean): Program[] {
  return programs.filter(({ id, state }) => state === "RUNNING" || !isExpired(id));
}

/** Generated sign-ins by hub; empty where there are none to show. */
export async function signInOf(root: string): Promise<Record<string, SignIn>> {
  const end = await runKit(root, "credentials", { flags: ["--json"] });
  return end.ok ? (JSON.parse(end.stdout) as Record<string, SignIn>) : {};
}
