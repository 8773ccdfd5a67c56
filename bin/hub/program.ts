import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../config/package-root";
import { Failure } from "../failure";
import type { PythonError } from "./execution";
import { Kernel, type RunWish } from "./kernel";
import type { HubSession } from "./session";

/** A Python program to run in a notebook server. */
export interface Program {
  /** Its text. */
  readonly source: string;
  /** Its name in tracebacks and `sys.argv[0]`. */
  readonly file: string;
  readonly arguments?: readonly string[];
  /** Variables beside those of the server. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** How a program ended. */
export interface ProgramEnd {
  /** What it displayed as `application/vnd.isthmus+json`, the last one. */
  readonly result: unknown;
  /** 0 for a program that ran to its end, 1 after an exception, else what it gave to `sys.exit`. */
  readonly exitCode: number;
  readonly error: PythonError | undefined;
}

/**
 * Runs a program in a kernel of its own on the session's server, which must be running, and ends the kernel.
 * @throws Failure when the kernel cannot be used or the deadline passes, not when the program fails
 */
export async function runProgram(session: HubSession, program: Program, wish: RunWish): Promise<ProgramEnd> {
  const kernel = await Kernel.open(session.client, session.server);
  try {
    const made = await kernel.run(readFileSync(join(packageRoot(), "charts", "run", "run_file.py"), "utf8"), wish);
    if (made.error) throw new Failure(`the kernel runs no programs:\n${made.error.traceback}`);
    const { source, file, arguments: words = [], environment = {} } = program;
    const request = JSON.stringify({ source, file, arguments: words, environment });
    // A JSON string is a Python string: program text stays data.
    const { result, exitCode, error } = await kernel.run(`run_file(${JSON.stringify(request)})`, wish);
    return { result, exitCode: error ? 1 : (exitCode ?? 0), error };
  } finally {
    await kernel.close().catch(() => {});
  }
}
