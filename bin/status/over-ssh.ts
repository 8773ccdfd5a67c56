import { runSshKit, type SshSite, spelled } from "../ssh-kit";
import type { Found } from "./found";
import type { Installed } from "./installed";
import { besidePrograms, duePrograms, type KitStatus, type SignIn } from "./programs";

interface Told {
  /** Undefined where nothing is installed, or nobody answered. */
  readonly status: KitStatus | undefined;
  readonly problem: string | null;
}

async function ask(site: SshSite): Promise<Told> {
  const end = await runSshKit(site, "status", { flags: ["--json"] });
  if (!end.ok) return { status: undefined, problem: `${spelled(site)}: ${end.error}` };
  return { status: end.stdout === "" ? undefined : (JSON.parse(end.stdout) as KitStatus), problem: null };
}

/** What is found of a site on another machine. One that cannot be asked is not the same as one with nothing on it. */
export async function lookOver(site: SshSite): Promise<Found> {
  const [{ status, problem }, signIns] = await Promise.all([ask(site), signInOver(site)]);
  const root = status || problem !== null ? spelled(site) : undefined;
  const found = { programs: status ? duePrograms(status) : [], ...besidePrograms(status ?? {}) };
  return { root, installed: installedOf(status), ...found, problem, signIns };
}

function installedOf(status: KitStatus | undefined): Installed {
  const found = Object.entries(status?.ids ?? {}).flatMap(([id, { front }]) =>
    front?.url === undefined ? [] : [[id, { ...front, url: front.url }] as const],
  );
  const base = found.find(([id]) => id === "base");
  const hubs = found
    .filter(([id]) => id !== "base")
    .map(([id, { title, url, basePath }]) => [id, { title: title ?? id, url: `${url}${basePath ?? "/"}` }] as const);
  return { url: base?.[1].url ?? null, hubs: new Map(hubs) };
}

/** Digests of what is installed at a site, by part. */
export async function digestsOf(site: SshSite): Promise<{ digests: Record<string, string>; problem: string | null }> {
  const { status, problem } = await ask(site);
  const all = Object.entries(status?.ids ?? {}).map(([id, { digest }]) => [id, digest ?? ""]);
  return { digests: Object.fromEntries(all), problem };
}

/** Generated sign-ins by hub; empty where there are none to show. */
export async function signInOver(site: SshSite): Promise<Record<string, SignIn>> {
  const end = await runSshKit(site, "credentials", { flags: ["--json"] });
  return end.ok && end.stdout !== "" ? (JSON.parse(end.stdout) as Record<string, SignIn>) : {};
}
