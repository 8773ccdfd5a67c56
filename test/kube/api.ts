import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

/** Any Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [key: string]: unknown;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly [key: string]: unknown;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An API server and who speaks to it. */
export interface Endpoint {
  readonly url: string;
  readonly authority: string;
  readonly token: string;
}

/** One event of a watch. */
export interface Change<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

/** One request with a JSON body, if any. */
export async function ask(at: Endpoint, method: string, path: string, body?: unknown, type?: string): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const response = await open(at, method, path, text, type ?? "application/json");
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return { status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() };
}

/** The changes at a path, from those objects that are there on, until `signal` ends it or the server does. */
export async function* watch<T>(at: Endpoint, path: string, signal: AbortSignal): AsyncGenerator<Change<T>> {
  const query = `${path}${path.includes("?") ? "&" : "?"}watch=true`;
  const response = await open(at, "GET", query, undefined, "application/json", signal);
  if (response.statusCode !== 200) throw new Error(`watching ${path}: ${response.statusCode}`);
  let rest = "";
  response.setEncoding("utf8");
  for await (const part of response) {
    const lines = (rest + String(part)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as Change<T>;
  }
}

function open(
  at: Endpoint,
  method: string,
  path: string,
  body: string | undefined,
  type: string,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${at.token}`, accept: "application/json", "content-type": type };
  return new Promise((done, fail) => {
    const call = httpsRequest(
      `${at.url}${path}`,
      { method, headers, ca: at.authority, ...(signal ? { signal } : {}) },
      done,
    );
    call.on("error", fail);
    call.end(body);
  });
}
