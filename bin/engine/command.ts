import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { engineEnvironment } from "./environment";
import { type Diagnostic, type EngineEvent, readEvent } from "./events";
import { failureLine, kitError, type Said } from "./failure-line";
import type { Engine } from "./find";
import type { Interrupt } from "./interrupt";
import { runMark } from "./leftovers";
import type { Log } from "./log";
import { secretVariables } from "./secrets";
import type { StateDirectory } from "./state-directory";

/** Where and how an engine's commands run. */
export interface EngineContext {
  readonly engine: Engine;
  /** The stack's directory. */
  readonly directory: string;
  readonly state: StateDirectory;
  readonly log: Log;
  readonly interrupt: Interrupt;
  /** Progress lines (`isthmus: …`) of programs that the engine starts, without that prefix. */
  readonly progress: (line: string) => void;
}

/** How a command ended. */
export interface CommandEnd extends Said {
  readonly code: number;
  /** Whole stdout where it was asked for, else empty. */
  readonly stdout: string;
}

/** An engine's command failed; the message is the one line that matters. */
export class EngineFailure extends Error {
  constructor(
    message: string,
    /** All errors, for who must decide what to do next. */
    readonly errors: readonly Diagnostic[],
  ) {
    super(message);
    this.name = "EngineFailure";
  }
}

const progressPrefix = "isthmus: ";

/** Runs one command with its `-json` output read line by line. @throws EngineFailure for an exit code that is not in `fine` */
export async function runCommand(context: EngineContext, args: readonly string[], fine = [0]): Promise<CommandEnd> {
  const said = { errors: [] as Diagnostic[], provisioners: [] as string[], raw: [] as string[] };
  const onEvent = (event: EngineEvent) => {
    context.log.write(event.text);
    if (event.kind === "diagnostic" && event.severity === "error") said.errors.push(event.diagnostic);
    else if (event.kind === "other" && !event.text.startsWith("{")) said.raw.push(event.text);
    else if (event.kind === "provisioner") {
      said.provisioners.push(event.output);
      const isProgress = event.output.startsWith(progressPrefix) && !event.output.startsWith(kitError);
      if (isProgress) context.progress(event.output.slice(progressPrefix.length));
    }
  };
  const code = await start(context, args, (stdout) => eachLine(stdout, (line) => onEvent(readEvent(line))), said.raw);
  if (!fine.includes(code)) throw new EngineFailure(failureLine(said), said.errors);
  return { code, stdout: "", ...said };
}

/** Runs one command for what it prints. */
export async function readCommand(context: EngineContext, args: readonly string[]): Promise<string> {
  const raw: string[] = [];
  const chunks: Buffer[] = [];
  const collect = (stdout: Readable) =>
    new Promise<void>((done) => stdout.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", done));
  const code = await start(context, args, collect, raw);
  const said = { summary: "", detail: raw.join("\n") };
  if (code !== 0) throw new EngineFailure(failureLine({ errors: [], provisioners: [], raw }), [said]);
  return Buffer.concat(chunks).toString("utf8");
}

async function start(
  context: EngineContext,
  args: readonly string[],
  read: (stdout: Readable) => Promise<void>,
  raw: string[],
): Promise<number> {
  context.log.write(`\n$ ${args.join(" ")}`);
  // A process group of its own: the terminal's Ctrl-C must not reach the engine beside the one that we send, since two mean "drop everything".
  const child = spawn(context.engine.command, args, {
    cwd: context.directory,
    env: { ...engineEnvironment(), ...secretVariables(context.directory), ...runMark(context.state) },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  context.interrupt.follow(child);
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code, signal) => done([code, signal]));
  });
  const errors = eachLine(child.stderr, (line) => {
    context.log.write(line);
    raw.push(line);
  });
  const settled = ended.then(([, signal]) => context.interrupt.settle(child, signal !== null));
  const [[code, signal]] = await Promise.all([ended, read(child.stdout), errors, settled]);
  if (code === null) throw new EngineFailure(`the engine was ended by ${signal} in its ${args[0]}`, []);
  return code;
}

async function eachLine(stream: Readable, handle: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) handle(line);
}
