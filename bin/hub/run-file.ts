import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { didYouMean, listed } from "../../config/suggest";
import { usageFailure } from "../failure";
import type { Output } from "./execution";
import { accountAt, type LocalHub } from "./local-hub";
import { type ProgramEnd, runProgram } from "./program";
import { fullDisks } from "./room";
import { withHubSession } from "./session";

export interface FileWish {
  readonly arguments?: readonly string[];
  /** Variables for the program, beside those of its server. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Who signs in; the person's own name, or the first who is allowed. */
  readonly user?: string;
  /** Size of a server that is to be started. */
  readonly profile?: string;
  /** Milliseconds for the program itself. */
  readonly deadline: number;
  /** Leaves the server running. */
  readonly keep?: boolean;
  readonly signal: AbortSignal;
  /** Gets what happens around the program. */
  readonly say: (line: string) => void;
  readonly onOutput: (output: Output) => void;
}

/** Runs a Python file of this machine in a notebook server of a hub, as one of its users. */
export async function runFile(local: LocalHub, file: string, wish: FileWish): Promise<ProgramEnd> {
  const { user, profile, signal, keep = false, say, deadline, onOutput } = wish;
  const source = textOf(file);
  if (profile !== undefined) checkProfile(local, profile);
  const account = await accountAt(local, user);
  const place = `${local.site.id}/${local.hub.id}`;
  return withHubSession(local.hub.url, account, { signal, keep }, async (session) => {
    say(`${place}: signed in as ${session.user}, starting a server`);
    const began = performance.now();
    await session.startServer(profile === undefined ? {} : { profile });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`${place}: ${session.startedServer ? `server ready in ${seconds} s` : "the server ran already"}`);
    const program = {
      source,
      file: basename(file),
      arguments: wish.arguments ?? [],
      environment: wish.environment ?? {},
    };
    const end = await runProgram(session, program, { deadline, onOutput });
    if (end.exitCode !== 0) for (const line of fullDisks(local)) say(line);
    return end;
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usageFailure(`cannot read the program ${file}: ${(error as Error).message}`);
  }
}

function checkProfile({ site, hub }: LocalHub, profile: string): void {
  const known = hub.profiles.map((p) => p.id);
  if (known.includes(profile)) return;
  const hint = didYouMean(profile, known) ?? `there are ${listed(known)}`;
  throw usageFailure(`${site.id}/${hub.id} has no profile "${profile}": ${hint}`);
}
