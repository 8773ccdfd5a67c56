import type { Command } from "commander";
import { exitCodes } from "../exit-codes";
import { reportFailure, usageFailure } from "../failure";
import { loadOrExit } from "../load-or-exit";
import { collect } from "./up";

interface RunFlags {
  readonly file?: string;
  readonly user?: string;
  readonly profile?: string;
  readonly env: readonly string[];
  readonly timeout: string;
  readonly keep?: boolean;
  readonly json?: boolean;
}

export function register(program: Command): void {
  program
    .command("run")
    .description("run a Python file in a notebook server of a hub, as one of its users; what it started, it stops")
    .argument("<target>", "a site with one hub, or site/hub")
    .argument("<program>", "a Python file of this machine")
    .argument("[args...]", "the program's own arguments, after --")
    .option("-f, --file <file>", "federation file (default: ./federation.yaml, else cdktf.json's context.federation)")
    .option("--user <name>", "who signs in (default: your own user name, or the first who is allowed)")
    .option("--profile <id>", "size of a server that is to be started (default: the hub's)")
    .option(
      "-e, --env <name[=value]>",
      "a variable for the program; without value, as it is here (repeatable)",
      collect,
      [],
    )
    .option("--timeout <seconds>", "interrupt the program after this time", "3600")
    .option("--keep", "leave the server running")
    .option("--json", "the program's result on stdout, what it prints on stderr")
    .addHelpText("after", "\nExample:\n  isthmus run east/prod publish.py -- --force")
    .action((target: string, file: string, args: string[], flags: RunFlags) =>
      reportFailure(() => run(target, file, args, flags)),
    );
}

async function run(target: string, file: string, args: readonly string[], flags: RunFlags): Promise<number> {
  const seconds = Number(flags.timeout);
  if (!(seconds > 0)) throw usageFailure(`--timeout "${flags.timeout}" is not a number of seconds`, "run");
  const config = loadOrExit(flags.file);
  const { hubOf } = await import("../hub/local-hub.js");
  const { runFile } = await import("../hub/run-file.js");
  const { interruptible } = await import("../hub/interruptible.js");
  const local = hubOf(config, target);
  const { steps } = await import("../hub/steps.js");
  const { say, write, end: endSteps } = steps(process.stderr);
  return interruptible(say, async (signal) => {
    const end = await runFile(local, file, {
      ...flags,
      arguments: args,
      environment: variables(flags.env, process.env),
      deadline: seconds * 1000,
      signal,
      say,
      onOutput: ({ stream, text }) => write(flags.json ? process.stderr : process[stream], text),
    }).finally(endSteps);
    if (end.error) process.stderr.write(`${end.error.traceback}\n`);
    if (flags.json) process.stdout.write(`${JSON.stringify(end.result ?? null, null, 2)}\n`);
    return end.error ? exitCodes.faults : end.exitCode;
  });
}

/** `NAME=value`, or `NAME` for the value that this process has. */
function variables(given: readonly string[], env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    given.map((entry) => {
      const [name = "", ...value] = entry.split("=");
      if (value.length > 0) return [name, value.join("=")];
      const here = env[name];
      if (here === undefined)
        throw usageFailure(
          `--env ${name}: there is no such variable here: set it, or give it a value, --env ${name}=VALUE`,
        );
      return [name, here];
    }),
  );
}
