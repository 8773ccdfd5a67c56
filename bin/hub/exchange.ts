import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";

/** A request as it goes out; nothing is added to it. */
export interface Exchange {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/**
 * One request and the head of its answer. Not `fetch`: that says `Sec-Fetch-Mode: cors`, and JupyterHub gives the cookie
 * of its login form to navigation only. As browsers do, it asks again over a new connection where the kept one was closed
 * by a front that had just read its configuration again.
 */
export function exchange(url: URL, wish: Exchange): Promise<IncomingMessage> {
  const { method = "GET", headers = {}, body, signal } = wish;
  const send = url.protocol === "https:" ? tlsRequest : plainRequest;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers: { ...headers, ...length }, signal }, resolve);
    request.once("error", (error: NodeJS.ErrnoException) => {
      if (request.reusedSocket && error.code === "ECONNRESET" && !signal.aborted) resolve(exchange(url, wish));
      else reject(error);
    });
    request.end(body);
  });
}

/** The whole text of an answer. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
