import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stackName } from "../config/names";
import type { ResolvedFederation } from "../config/resolve/federation";
import type { ResolvedCarried } from "../config/resolve/hpc-login";
import type { ResolvedHpcSite, ResolvedSite } from "../config/resolve/site";
import { carriedFolder, installCommand } from "../constructs/hpc/carried";
import type { StackResult } from "./engine/run";
import type { StackJson } from "./engine/stack-index";
import type { Session } from "./federation-session";

/** A site whose files somebody carries to its machine. */
export interface CarriedSite {
  readonly site: ResolvedHpcSite;
  readonly login: ResolvedCarried;
}

/** What has to be done at a machine that nobody signs in to from here. */
export interface Errand {
  readonly site: string;
  readonly command: string;
  /** What is carried there; null where it needs nothing. */
  readonly file: string | null;
}

/** The site with its way there, where files are carried; undefined for any other. */
export function carriedTo(site: ResolvedSite): CarriedSite | undefined {
  if (site.provider !== "hpc" || site.login === "here" || site.login.kind !== "bundle") return undefined;
  return { site, login: site.login };
}

function isFine({ state }: StackResult): boolean {
  return state === "done" || state === "unchanged";
}

/** The last step of `up` at sites that files are carried to: which, and what is run beside them. */
export function installErrands(
  federation: ResolvedFederation,
  output: string,
  stacks: readonly StackResult[],
): Errand[] {
  const fine = new Set(stacks.filter(isFine).map(({ stack }) => stack));
  return federation.sites.flatMap((any): Errand[] => {
    const carried = carriedTo(any);
    if (!carried) return [];
    const { site, login } = carried;
    const parts = ["base", ...site.hubs.map((hub) => hub.id)];
    const wanted = parts.filter((part) => fine.has(stackName(site.id, part)));
    const folder = join(output, "stacks", stackName(site.id, "base"), carriedFolder);
    if (!wanted.includes("base") || !existsSync(folder)) return [];
    const [sum = ""] = readdirSync(folder).filter((name) => name.endsWith(".sha256"));
    const line = readFileSync(join(folder, sum), "utf8");
    const command = installCommand(line, login.python, wanted.length === parts.length ? [] : wanted);
    return [{ site: site.id, command, file: join(folder, sum.replace(/\.sha256$/, "")) }];
  });
}

/** What a stack's JSON records of a part that was handed out. */
interface Handed {
  readonly carriedTo: string;
  readonly uninstall: string;
}

function handedBy(json: StackJson): Handed[] {
  const data = (json.resource as { terraform_data?: Record<string, { input?: Partial<Handed> }> } | undefined)
    ?.terraform_data;
  return Object.values(data ?? {}).flatMap(({ input }) =>
    typeof input?.carriedTo === "string" && typeof input.uninstall === "string" ? [input as Handed] : [],
  );
}

/** A stack with the JSON that says what of it was handed out. */
export interface HandedStack {
  readonly site: string;
  readonly json: StackJson;
}

/** The commands that take down what stacks have handed out, in the order of the stacks: hubs go before their base. */
export function uninstallErrands(stacks: readonly HandedStack[]): Errand[] {
  const all = stacks.flatMap(({ site, json }) =>
    handedBy(json).map(({ uninstall }) => ({ site, command: uninstall, file: null })),
  );
  return [...new Map(all.map((errand) => [errand.site + errand.command, errand])).values()];
}

/** Whether what a stack had handed out is not where its new JSON has it: at another directory, or reached otherwise now. */
export function isLeftBehind(before: StackJson, now: StackJson): boolean {
  return handedBy(before).some((then) => handedBy(now)[0]?.carriedTo !== then.carriedTo);
}

/** Tells of errands: lines that can be copied whole. */
export function tellErrands({ progress }: Pick<Session, "progress">, errands: readonly Errand[], why: string): void {
  for (const site of new Set(errands.map((errand) => errand.site))) {
    progress.line(`${site}  ${why}`);
    for (const { file, command } of errands.filter((errand) => errand.site === site)) {
      if (file !== null) progress.line(`  bring ${file} there and run beside it`);
      progress.line(`  ${command}`);
    }
  }
}
