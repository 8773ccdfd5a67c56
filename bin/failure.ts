import { exitCodes } from "./exit-codes";

/**
 * A command cannot go on for a reason that the person at the keyboard can act on: its message is all that is printed.
 * Our own mistakes stay plain errors and show their stack.
 */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.engine,
  ) {
    super(message);
    this.name = "Failure";
  }
}

/**
 * The command line asks for something that is not there or cannot be meant.
 * @param command whose help tells more, where the message itself does not say what to write instead
 */
export function usageFailure(message: string, command?: string): Failure {
  const more = command === undefined ? "" : ` (\`isthmus ${command} --help\` shows how)`;
  return new Failure(`${message}${more}`, exitCodes.usage);
}

/** Runs a command's action; a `Failure` becomes its message on stderr and its exit code. */
export async function reportFailure(action: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await action();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`isthmus: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
