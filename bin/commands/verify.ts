import type { Command } from "commander";
import { standsOnCluster } from "../../config/resolve/site";
import { didYouMean, listed } from "../../config/suggest";
import { carriedTo } from "../carried";
import { exitCodes } from "../exit-codes";
import { reportFailure, usageFailure } from "../failure";
import { LiveLine } from "../live-line";
import { type Config, loadOrExit } from "../load-or-exit";
import { paintFor } from "../terminal";

interface VerifyFlags {
  readonly file?: string;
  readonly user?: string;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command("verify")
    .description("check a running site from outside and as a user of its hubs; leaves nothing behind")
    .argument("<target>", "a site, or site/hub")
    .option("-f, --file <file>", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("--user <name>", "who signs in (default: isthmus-verify, or an administrator where not everyone may)")
    .option("--json", "for programs")
    .addHelpText("after", "\nExample:\n  isthmus verify east")
    .action((target: string, flags: VerifyFlags) => reportFailure(() => verify(target, flags)));
}

async function verify(target: string, flags: VerifyFlags): Promise<number> {
  const config = loadOrExit(flags.file);
  const site = siteOf(config, target);
  const { interruptible } = await import("../hub/interruptible.js");
  const { hubsOf } = await import("../hub/local-hub.js");
  const { Checks } = await import("../verify/check.js");
  const { checkLine, closingLine } = await import("../verify/show.js");
  const { verifyInside } = await import("../verify/inside.js");
  const { verifyOutside } = await import("../verify/outside.js");
  const onlyData = site.hubs.length === 0 && !target.includes("/");
  // Hubs in a cluster, or where files are carried, are looked at from outside: who may sign in there is no business of this machine.
  const hubs = onlyData || standsOnCluster(site) || carriedTo(site) ? [] : hubsOf(config, target);
  const screen = flags.json ? process.stderr : process.stdout;
  const paint = paintFor(screen);
  const live = new LiveLine(screen);
  const checks = new Checks(
    (check) => live.line(checkLine(check, paint)),
    (place, name) => live.wait(`${place}: ${name}`),
  );
  const began = performance.now();
  const say = (line: string) => {
    live.end();
    process.stderr.write(`isthmus: ${line}\n`);
  };
  return interruptible(say, async (signal) => {
    try {
      await verifyOutside(config, site, checks, signal);
      for (const hub of hubs) await verifyInside(config.federation, hub, flags.user, checks, signal);
    } finally {
      live.end();
    }
    const seconds = (performance.now() - began) / 1000;
    screen.write(`${closingLine(checks.all, seconds)}\n`);
    const report = { federation: config.federation.id, target, ok: checks.ok, seconds, checks: checks.all };
    if (flags.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return checks.ok ? exitCodes.ok : exitCodes.faults;
  });
}

function siteOf({ federation }: Config, target: string) {
  const [id = ""] = target.split("/");
  const site = federation.sites.find((s) => s.id === id);
  const known = federation.sites.map((s) => s.id);
  if (!site) throw usageFailure(`no site "${id}": ${didYouMean(id, known) ?? `there are ${listed(known)}`}`);
  if (target !== id && site.hubs.length === 0)
    throw usageFailure(`site ${id} has no hubs; isthmus verify ${id} checks its datasets`);
  return site;
}
