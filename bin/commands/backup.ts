import type { Command } from "commander";
import { exitCodes } from "../exit-codes";
import { reportFailure, usageFailure } from "../failure";
import { federationFile } from "../federation-file";

interface BackupFlags {
  readonly file?: string;
  readonly output?: string;
  readonly homes?: boolean;
  readonly json?: boolean;
}

/** How long (s) a backup waits for an `up` or `down` to end. */
const patience = 600;

export function register(program: Command): void {
  program
    .command("backup")
    .description("write what of a site is neither in git nor in buckets into one file, while the site runs")
    .argument("<site>", "a site of this machine")
    .option("-f, --file <file>", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("-o, --output <place>", "a file, a folder, or - for stdout (default: backups/ beside the federation file)")
    .option("--homes", "with the users' homes, which may be large")
    .option("--json", "a report for programs on stdout, progress on stderr")
    .addHelpText(
      "after",
      "\nExamples:\n  isthmus backup east\n  isthmus backup east --output - | age --recipient age1... > east.age",
    )
    .action((site: string, flags: BackupFlags) => reportFailure(() => backup(site, flags)));
}

async function backup(site: string, flags: BackupFlags): Promise<number> {
  const streams = flags.output === "-";
  if (streams && flags.json) throw usageFailure("--json and --output - both want stdout: choose one");
  if (streams && process.stdout.isTTY)
    throw usageFailure("a backup is no text for a terminal: send it through a pipe, or into a file");
  const { lockWaiting, tryLock } = await import("../engine/lock.js");
  const { interruptible } = await import("../hub/interruptible.js");
  const { outputPath } = await import("../backup/output.js");
  const { deployedSite } = await import("../backup/sites.js");
  const { makeBackup } = await import("../backup/kit.js");
  const { backupText } = await import("../backup/report.js");
  const from = await deployedSite(federationFile(flags.file), site);
  const output = streams ? "-" : outputPath(flags.output, from.directory, site, new Date());
  const say = (line: string) => process.stderr.write(`isthmus: ${line}\n`);
  const taken = tryLock(from.state.lock, `backup ${site}`);
  if (!("release" in taken)) say(`waiting for \`isthmus ${taken.command}\`, process ${taken.pid}, to end`);
  const lock = "release" in taken ? taken : await lockWaiting(from.state.lock, `backup ${site}`, patience);
  try {
    return await interruptible(say, async (signal) => {
      const report = await makeBackup(from, { output, homes: flags.homes ?? false }, say, signal);
      const told = flags.json ? JSON.stringify(report, null, 2) : backupText(report);
      (streams ? process.stderr : process.stdout).write(`${told}\n`);
      return exitCodes.ok;
    });
  } finally {
    lock.release();
  }
}
