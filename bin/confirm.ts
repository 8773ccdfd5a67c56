import { createInterface } from "node:readline/promises";
import { exitCodes } from "./exit-codes";
import { Failure, usageFailure } from "./failure";

/** What somebody is asked to agree to. */
export interface Question {
  /** `this takes down east-prod`: for who is not there to be asked. */
  readonly deed: string;
  readonly question: string;
  /** Told where the answer is no. */
  readonly declined: string;
}

/** Asks at the terminal unless `yes` was said. @throws Failure where the answer is no, or nobody can be asked */
export async function confirm(
  wish: { readonly yes?: boolean; readonly json?: boolean },
  { deed, question, declined }: Question,
): Promise<void> {
  if (wish.yes) return;
  if (wish.json || !process.stdin.isTTY || !process.stdout.isTTY)
    throw usageFailure(`${deed}: agree with --yes, since there is no terminal to ask`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const abort = new AbortController();
  terminal.on("SIGINT", () => abort.abort());
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: abort.signal });
    if (!/^y(es)?$/i.test(answer.trim())) throw new Failure(declined, exitCodes.ok);
  } catch (error) {
    if (abort.signal.aborted) throw new Failure(declined, exitCodes.interrupted);
    throw error;
  } finally {
    terminal.close();
  }
}
