import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

/** What a public bucket looks like over HTTPS: files by path, 404 for anything else, no listing, ranges. */
export interface StoreServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** From now on every path that matches is answered with this status. */
  refuse(paths: RegExp, status: number): void;
  close(): Promise<void>;
}

/** Serves a folder on a free port of this machine's loopback. */
export async function serveFolder(folder: string): Promise<StoreServer> {
  const asked: string[] = [];
  const refused: [RegExp, number][] = [];
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    asked.push(path);
    const file = join(folder, path);
    const status = refused.find(([paths]) => paths.test(path))?.[1];
    if (status !== undefined || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(status ?? 404).end();
      return;
    }
    const size = statSync(file).size;
    const [start, end] = rangeOf(request.headers.range, size) ?? [0, size - 1];
    const ranged = request.headers.range !== undefined;
    response.writeHead(ranged ? 206 : 200, {
      "content-length": end - start + 1,
      "accept-ranges": "bytes",
      ...(ranged ? { "content-range": `bytes ${start}-${end}/${size}` } : {}),
    });
    if (request.method === "HEAD" || size === 0) response.end();
    else createReadStream(file, { start, end }).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    refuse: (paths, status) => refused.push([paths, status]),
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

/** `a-b`, `a-` and `-n`. */
function rangeOf(header: string | undefined, size: number): [number, number] | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  if (from === "") return [Math.max(0, size - Number(to)), size - 1];
  return [Number(from), to === "" ? size - 1 : Math.min(Number(to), size - 1)];
}
