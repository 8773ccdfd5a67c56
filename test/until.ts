const PAUSE_MS = 100;

/**
 * Asks until there is an answer.
 *
 * @param seconds deadline; a loaded machine may need many times what an idle one does
 * @throws Error naming what was waited for, with what `told` says of the state by then
 */
export async function until<T>(
  what: string,
  seconds: number,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  told: () => Promise<string> | string = () => "",
): Promise<T> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const found = await Promise.race([probe(), endOf(end - performance.now())]);
    if (found !== undefined && found !== false) return found;
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
  throw new Error(`${what}: not so after ${seconds} s\n${await told()}`.trimEnd());
}

/** A probe that never ends counts as one that found nothing: fetch of Node 20 can lose a connection without a word. */
function endOf(ms: number): Promise<undefined> {
  return new Promise((done) => setTimeout(() => done(undefined), ms).unref());
}
