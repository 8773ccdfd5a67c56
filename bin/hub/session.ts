import type { Account } from "./account";
import { HubClient } from "./client";
import { type ServerWish, startServer, stopServer } from "./server";
import { signIn, signOut } from "./sign-in";

/** A person at a hub, signed in, perhaps with a running server. Closing it leaves the hub as it was found. */
export class HubSession {
  private started = false;
  private serverPath: string | undefined;

  private constructor(
    readonly client: HubClient,
    /** As the hub spells it. */
    readonly user: string,
    private readonly tokenId: string | undefined,
  ) {}

  /**
   * Signs in as a person would.
   * @param url the hub's address with its base path
   * @param signal ends everything that the session does, but not its closing
   * @throws Failure when the hub does not answer or refuses the account
   */
  static async open(url: string, account: Account, signal: AbortSignal): Promise<HubSession> {
    const client = new HubClient(url, signal);
    const { user, tokenId } = await signIn(client, account);
    return new HubSession(client, user, tokenId);
  }

  /** Whether this session started the server, so that closing stops it. */
  get startedServer(): boolean {
    return this.started;
  }

  /**
   * Starts the person's server, or takes the one that runs.
   * @throws Failure when the hub refuses, the server fails, or it is not ready in time
   */
  async startServer(wish: ServerWish = {}): Promise<void> {
    const { path, started } = await startServer(this.client, this.user, wish, () => {
      this.started = true;
    });
    this.started = started;
    this.serverPath = path;
  }

  /** Path of the running server, with a slash at the end: `/east-8610/prod/user/ann/`. */
  get server(): string {
    if (this.serverPath === undefined) throw new Error("no server was started");
    return this.serverPath;
  }

  /**
   * Stops the server if this session started it, and takes back its token; works after an interrupt too.
   * @param keep leaves the server running
   */
  async close({ keep = false }: { keep?: boolean } = {}): Promise<void> {
    try {
      if (this.started && !keep) await stopServer(this.client, this.user);
    } finally {
      if (this.tokenId !== undefined) await signOut(this.client, this.user, this.tokenId);
    }
  }
}

/** Opens a session, does `work`, closes it however the work ended. A failure to close never hides why the work failed. */
export async function withHubSession<T>(
  url: string,
  account: Account,
  { signal, keep = false }: { signal: AbortSignal; keep?: boolean },
  work: (session: HubSession) => Promise<T>,
): Promise<T> {
  const session = await HubSession.open(url, account, signal);
  let result: T;
  try {
    result = await work(session);
  } catch (error) {
    await session.close({ keep }).catch(() => {});
    throw error;
  }
  await session.close({ keep });
  return result;
}
