import { Failure } from "../failure";

/** How long (ms) a page may take. */
const deadline = 15_000;

/** A page as it is served. */
export interface Page {
  readonly status: number;
  readonly bytes: Buffer;
  readonly headers: Headers;
}

/** @throws Failure when nothing answers; any status is an answer */
export async function fetchPage(url: string, signal: AbortSignal, method: "GET" | "HEAD" = "GET"): Promise<Page> {
  const limit = AbortSignal.timeout(deadline);
  try {
    const answer = await fetch(url, { method, signal: AbortSignal.any([signal, limit]), redirect: "manual" });
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (limit.aborted) throw new Failure(`${url} did not answer within ${deadline / 1000} s`);
    const cause = (error as { cause?: NodeJS.ErrnoException }).cause;
    throw new Failure(`${url} does not answer: ${cause?.message || cause?.code || String(error)}`);
  }
}
