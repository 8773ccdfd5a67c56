import { createHash } from "node:crypto";

/** Longest wait for the next bytes of an answer. Milliseconds. */
const patience = 60_000;

/** An object could not be read: what was asked, what came back, what to do. */
export class ReadFailure extends Error {
  constructor(url: string, what: string, fix: string) {
    super(`${url}: ${what}; ${fix}`);
    this.name = "ReadFailure";
  }
}

/** Bytes of an object, or undefined when the server says that there is none. Anything but 200, 206 and 404 is a failure: it must not read as "missing". */
export async function readObject(url: string, range?: string): Promise<Uint8Array | undefined> {
  return request(url, range ? { range } : {}, async (response) => new Uint8Array(await response.arrayBuffer()));
}

/** Size and digest of an object without holding it in memory; undefined when there is none. */
export async function digestObject(url: string): Promise<{ bytes: number; sha256: string } | undefined> {
  return request(url, {}, async (response) => {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      hash.update(part);
      bytes += part.length;
    }
    return { bytes, sha256: hash.digest("hex") };
  });
}

/** Size of an object by HEAD; undefined when there is none, or the server does not tell. */
export async function sizeOfObject(url: string): Promise<number | undefined> {
  return request(
    url,
    {},
    async (response) => Number(response.headers.get("content-length") ?? Number.NaN),
    "HEAD",
  ).then((size) => (Number.isFinite(size) ? size : undefined));
}

async function request<T>(
  url: string,
  headers: Record<string, string>,
  use: (response: Response) => Promise<T>,
  method = "GET",
): Promise<T | undefined> {
  try {
    // Bytes as they are stored: a digest of something that the server compressed on the way would mean nothing.
    const init = {
      method,
      headers: { ...headers, "accept-encoding": "identity" },
      signal: AbortSignal.timeout(patience),
    };
    const response = await fetch(url, init);
    if (response.status === 200 || response.status === 206) return await use(response);
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    throw new ReadFailure(
      url,
      `answered ${response.status} ${response.statusText}`.trimEnd(),
      adviceFor(response.status),
    );
  } catch (error) {
    if (error instanceof ReadFailure) throw error;
    throw new ReadFailure(url, reasonOf(error), "bring its site up or check the site's address, then record again");
  }
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403)
    return "let anybody read and list the bucket: a store that may not be listed answers 403 for what is only missing";
  if (status === 429 || status >= 500) return "the server is in trouble, record again later";
  return "the link should answer 200, or 404 for what is missing";
}

/** fetch says only "fetch failed"; the cause has the reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer within ${patience / 1000} seconds`;
  const cause = error.cause as { code?: string; message?: string } | undefined;
  if (cause?.code === "ECONNREFUSED") return "nothing listens there";
  if (cause?.code === "ENOTFOUND") return "no such host";
  return cause?.message ?? error.message;
}
