/** Asks addresses again and again, and remembers those that once did not answer. */
export class Watch<Way extends string> {
  readonly failed = new Set<Way>();
  private readonly stopped = new AbortController();
  private readonly rounds: Promise<void>[];

  constructor(private readonly urls: Readonly<Record<Way, string>>) {
    this.rounds = (Object.keys(urls) as Way[]).map((way) => this.round(way));
  }

  private async round(way: Way): Promise<void> {
    while (!this.stopped.signal.aborted) {
      if (!(await answers(this.urls[way]))) this.failed.add(way);
      await new Promise((next) => setTimeout(next, 200));
    }
  }

  /** Ends the asking, after the answers that are on their way. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all(this.rounds);
  }
}

/** Asks on a connection of its own: one that was kept may have died with an earlier program, unseen while a command was waited for. */
export function askAnew(url: string, { headers, ...init }: RequestInit & { headers?: Record<string, string> } = {}) {
  return fetch(url, { ...init, headers: { ...headers, connection: "close" } });
}

/** Whether something answers as it should. */
export async function answers(url: string): Promise<boolean> {
  try {
    const answer = await askAnew(url, { signal: AbortSignal.timeout(30_000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
