import type { Command } from "commander";
import { exitCodes } from "../exit-codes";
import { reportFailure, usageFailure } from "../failure";
import { loadOrExit } from "../load-or-exit";
import { version } from "../version";

interface RestoreFlags {
  readonly file?: string;
  readonly site?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command("restore")
    .description("put a backup's content back in its place, after checking all of it; then `isthmus up`")
    .argument("<archive>", "a file that isthmus backup wrote, or - for stdin")
    .option("-f, --file <file>", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("--site <site>", "the site that it must be of (default: what the backup says; needed with -)")
    .option("--replace", "where something else is in the way, keep that beside what is restored")
    .option("--json", "a report for programs on stdout, progress on stderr")
    .addHelpText(
      "after",
      "\nExamples:\n  isthmus restore backups/east-20261231T030000Z.isthmus-backup.tar.gz\n  age --decrypt east.age | isthmus restore - --site east",
    )
    .action((archive: string, flags: RestoreFlags) => reportFailure(() => restore(archive, flags)));
}

async function restore(archive: string, flags: RestoreFlags): Promise<number> {
  if (archive === "-" && flags.site === undefined)
    throw usageFailure("say by --site whose backup comes by stdin: it can be read only once");
  const config = loadOrExit(flags.file);
  const { lockOrFail } = await import("../engine/lock.js");
  const { interruptible } = await import("../hub/interruptible.js");
  const { configuredSite } = await import("../backup/sites.js");
  const { restoreBackup, siteOfBackup } = await import("../backup/kit.js");
  const { faultsText, restoreText } = await import("../backup/report.js");
  const site = flags.site ?? (await siteOfBackup(archive));
  const into = configuredSite(config, site);
  const say = (line: string) => process.stderr.write(`isthmus: ${line}\n`);
  const lock = lockOrFail(into.state.lock, "restore", `federation ${into.federation}`);
  try {
    return await interruptible(say, async (signal) => {
      const report = await restoreBackup(into, { archive, replace: flags.replace ?? false }, say, signal);
      if (flags.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
      else if (report.ok) process.stdout.write(`${restoreText(report, version())}\n`);
      if (!report.ok) process.stderr.write(`${faultsText(archive, report.faults)}\n`);
      return report.ok ? exitCodes.ok : exitCodes.faults;
    });
  } finally {
    lock.release();
  }
}
