import { exitCodes } from "../exit-codes";

/** Signals that end a session in an orderly way. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A second Ctrl-C within this time (ms) is the same one: a terminal and a wrapper both deliver it. */
const sameInterrupt = 1000;

/** Why work was given up: somebody asked for it. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

/**
 * Does work that a signal ends: the first one aborts it, so that it cleans up (stops its server), a second one ends the
 * process at once. Work that was given up has exit code 130.
 * @param say gets what the person at the keyboard should know
 */
export async function interruptible(
  say: (line: string) => void,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const controller = new AbortController();
  let first = 0;
  const handler = () => {
    if (!controller.signal.aborted) {
      first = Date.now();
      say("interrupted: cleaning up; a second Ctrl-C leaves at once");
      controller.abort(new Interrupted());
    } else if (Date.now() - first > sameInterrupt) process.exit(exitCodes.interrupted);
  };
  for (const signal of signals) process.on(signal, handler);
  try {
    const code = await work(controller.signal);
    return controller.signal.aborted ? exitCodes.interrupted : code;
  } catch (error) {
    if (controller.signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, handler);
  }
}
