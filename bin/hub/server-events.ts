import { createInterface } from "node:readline";
import type { HubClient } from "./client";
import { exchange } from "./exchange";

/** What a hub says while a server starts. */
export interface ServerEvent {
  readonly message?: string;
  readonly ready?: boolean;
  readonly failed?: boolean;
}

/**
 * The hub's progress of a starting server, as it comes; ends when the hub has no more to say. A hub that has no progress
 * to show (the server is already ready, or gone) yields nothing.
 */
export async function* serverEvents(client: HubClient, user: string, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const url = client.at(`hub/api/users/${encodeURIComponent(user)}/server/progress`);
  // Not by request(): this answer lasts as long as the start does.
  const headers = { ...client.identity(url), accept: "text/event-stream" };
  const answer = await exchange(url, { headers, signal });
  try {
    if (answer.statusCode !== 200) return;
    for await (const line of createInterface({ input: answer })) {
      if (!line.startsWith("data:")) continue;
      const event = JSON.parse(line.slice("data:".length)) as ServerEvent;
      yield event;
      if (event.ready || event.failed) return;
    }
  } finally {
    answer.destroy();
  }
}
