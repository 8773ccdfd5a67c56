import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { loadFederation } from "../../config/load";
import { listed } from "../../config/suggest";
import { type Deployed, deployedAs, deployedFederation, deployedIds } from "../deployed";
import { reportFailure, usageFailure } from "../failure";
import { federationFile } from "../federation-file";
import { exitCodeOf, type Session, withConfig, withDeployed } from "../federation-session";
import { countOf, exitWithFaults } from "../load-or-exit";
import { collect, type UpFlags } from "./up";

export interface DownFlags extends UpFlags {
  readonly federation?: string;
}

export function register(program: Command): void {
  program
    .command("down")
    .description("take down the federation, a site, a hub or a stack that left the config; data stays")
    .argument("[target]", "a site, site/hub, or a stack's id (default: everything); what needs it goes first")
    .option("-f, --file <file>", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("--federation <id>", "what was deployed under this id: the federation has got another one since")
    .option("--yes", "do not ask")
    .option("--destroy <address>", "agree to one deletion of what is protected (repeatable)", collect, [])
    .option("--json", "a report for programs on stdout, progress on stderr")
    .addHelpText("after", "\nExample:\n  isthmus down east/prod --yes")
    .action((target: string | undefined, flags: DownFlags) => reportFailure(() => down(target, flags)));
}

/** `down` as a function: its exit code. */
export async function down(target: string | undefined, flags: DownFlags): Promise<number> {
  const file = federationFile(flags.file);
  const purpose = { verb: "down", target, json: flags.json ?? false } as const;
  const work = (session: Session) => run(session, target, flags);
  if (flags.federation !== undefined) return withDeployed(await formerly(file, flags.federation), file, purpose, work);
  const loaded = loadFederation(file);
  if (loaded.federation) return withConfig({ ...loaded, federation: loaded.federation, file }, purpose, work);
  const deployed = await deployedFederation(file);
  if (!deployed || deployed.index.size === 0) exitWithFaults(loaded);
  process.stderr.write(
    `${countOf(loaded)} (\`isthmus validate\` shows them): ${deployed.id} is taken down by what was deployed\n`,
  );
  return withDeployed(deployed, file, purpose, work);
}

/** @throws Failure (usage) where nothing was deployed under that id */
async function formerly(file: string, id: string): Promise<Deployed> {
  const directory = dirname(resolve(file));
  const deployed = await deployedAs(directory, id);
  if (deployed.index.size > 0) return deployed;
  const ids = deployedIds(directory);
  const there = ids.length === 0 ? "nothing is" : `${listed(ids)} is`;
  throw usageFailure(
    `no stack of a federation "${id}" is recorded in ${join(directory, "state")}; ${there} deployed there`,
  );
}

async function run(session: Session, target: string | undefined, flags: DownFlags): Promise<number> {
  const { takeDown, downReport } = await import("../down.js");
  const result = await takeDown(session, target, flags);
  if (flags.json) process.stdout.write(`${JSON.stringify(downReport(session, result), null, 2)}\n`);
  return exitCodeOf(session.interrupt, result.ok);
}
