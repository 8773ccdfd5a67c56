import { setTimeout as delay } from "node:timers/promises";
import { Failure } from "../failure";
import type { HubClient } from "./client";
import { serverEvents } from "./server-events";

/** How long (ms) a server may take to start: the sites' own limit is three minutes, a new machine in a cloud takes longer. */
const startDeadline = 600_000;

/** How long (ms) a server may take to stop. */
const stopDeadline = 60_000;

/** How often (ms) the hub is asked where it cannot tell by itself. */
const pollInterval = 250;

/** What server a person wants. */
export interface ServerWish {
  /** A profile's id; the hub's default without one. Says nothing about a server that runs already. */
  readonly profile?: string;
  /** What is charged, at a site where users choose; their default without one. */
  readonly account?: string;
  /** Gets what the hub says while the server starts. */
  readonly onProgress?: (line: string) => void;
}

interface ServerModel {
  readonly ready: boolean;
  readonly pending: string | null;
  readonly url: string;
}

/**
 * Starts the person's default server and waits until it is ready; one that runs already is taken as it is.
 * @param onStarted called as soon as there is something to stop
 */
export async function startServer(
  client: HubClient,
  user: string,
  wish: ServerWish,
  onStarted: () => void,
): Promise<{ path: string; started: boolean }> {
  const deadline = Date.now() + startDeadline;
  const path = `hub/api/users/${encodeURIComponent(user)}/server`;
  const running = await settled(client, user, deadline);
  let started = false;
  if (running === undefined) {
    onStarted();
    const options = { profile: wish.profile, account: wish.account }; // JSON has no undefined
    const answer = await client.api(path, { method: "POST", json: options, allowed: [400] });
    started = answer.status !== 400;
    if (answer.status === 400) await explainRefusal(client, user, answer.body);
  }
  const ready = running?.ready ? running : await untilReady(client, user, deadline, wish);
  return { path: ready.url, started };
}

/** A 400 may mean that somebody was quicker; anything else is the hub's last word. */
async function explainRefusal(client: HubClient, user: string, body: unknown): Promise<void> {
  if (await serverOf(client, user)) return;
  const { message } = (body ?? {}) as { message?: string };
  throw new Failure(
    `the hub does not start a server for ${user}: ${message ?? "no reason given, its log may have one (isthmus status names the site's files)"}`,
  );
}

/** The server, once it is neither stopping nor starting for somebody else's sake; undefined when there is none. */
async function settled(client: HubClient, user: string, deadline: number): Promise<ServerModel | undefined> {
  for (;;) {
    const server = await serverOf(client, user);
    if (server?.pending !== "stop") return server;
    if (Date.now() > deadline) throw new Failure(`the server of ${user} does not stop; try again later`);
    await delay(pollInterval, undefined, { signal: client.signal });
  }
}

async function serverOf(client: HubClient, user: string, signal?: AbortSignal): Promise<ServerModel | undefined> {
  const { body } = await client.api(`hub/api/users/${encodeURIComponent(user)}`, signal ? { signal } : {});
  return (body as { servers?: Record<string, ServerModel> }).servers?.[""];
}

/** Follows the hub's own progress, and asks where that ends without an answer. */
async function untilReady(
  client: HubClient,
  user: string,
  deadline: number,
  { onProgress = () => {} }: ServerWish,
): Promise<ServerModel> {
  const limit = AbortSignal.timeout(Math.max(1, deadline - Date.now()));
  const signal = AbortSignal.any([client.signal, limit]);
  try {
    for (;;) {
      for await (const event of serverEvents(client, user, signal)) {
        if (event.message !== undefined) onProgress(event.message);
        if (event.failed)
          throw new Failure(
            `the server of ${user} did not start: ${event.message ?? "no reason given"}; its log is log/notebook-* of the site's files (isthmus status names them)`,
          );
        if (event.ready) break;
      }
      const server = await serverOf(client, user, signal);
      if (server?.ready) return server;
      if (!server?.pending)
        throw new Failure(
          `the server of ${user} did not start; the hub's log has the reason (isthmus status names the site's files)`,
        );
      await delay(pollInterval, undefined, { signal });
    }
  } catch (error) {
    if (limit.aborted && !client.signal.aborted)
      throw new Failure(
        `the server of ${user} was not ready within ${startDeadline / 60_000} minutes: try again, or see the hub's log (isthmus status names the site's files)`,
      );
    throw error;
  }
}

/**
 * Stops the person's server and waits until it is gone. The client's signal does not end this, its own deadline does; a
 * proxy or hub that is just being restarted is asked again.
 */
export async function stopServer(client: HubClient, user: string): Promise<void> {
  const signal = AbortSignal.timeout(stopDeadline);
  let last = "it is still stopping";
  while (!signal.aborted) {
    try {
      if (await isStopped(client, user, signal)) return;
    } catch (error) {
      if (error instanceof Failure) last = error.message;
      else if (!signal.aborted) throw error;
    }
    await delay(pollInterval, undefined, { signal }).catch(() => {});
  }
  const byHand = `stop it at ${client.at("hub/home")}`;
  throw new Failure(`the server of ${user} did not stop within ${stopDeadline / 1000} s (${last}); ${byHand}`);
}

async function isStopped(client: HubClient, user: string, signal: AbortSignal): Promise<boolean> {
  const path = `hub/api/users/${encodeURIComponent(user)}/server`;
  // 400 while it is still starting: a hub stops only what has started.
  const { status } = await client.api(path, { method: "DELETE", allowed: [400, 404], signal });
  return status === 404 || (await serverOf(client, user, signal)) === undefined;
}
