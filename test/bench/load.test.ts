import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { latencies, load } from "./load";

async function served<T>(listener: RequestListener, use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
}

const chunk = Buffer.alloc(300_000, "\r\n\r\n");

test("every byte of every body is counted, each path is asked for once, over as many connections as told", async () => {
  const asked: string[] = [];
  const sockets = new Set<unknown>();
  const paths = Array.from({ length: 20 }, (_, i) => `/c/${i}`);
  const answer: RequestListener = (request, response) => {
    asked.push(request.url ?? "");
    sockets.add(request.socket);
    response.writeHead(200, { "content-length": chunk.length }).end(chunk);
  };
  const { bytes, seconds } = await served(answer, (port) => load(port, paths, 4));
  expect(bytes).toBe(20 * chunk.length);
  expect(seconds).toBeGreaterThan(0);
  expect(asked.sort()).toEqual([...paths].sort());
  expect(sockets.size).toBe(4);
});

test("a quick refusal is no throughput", async () => {
  const refused: RequestListener = (_request, response) => {
    response.writeHead(503, { "content-length": 0 }).end();
  };
  await expect(served(refused, (port) => load(port, ["/c/0"], 1))).rejects.toThrow("503");
  await expect(
    served(
      (request) => request.socket.destroy(),
      (port) => load(port, ["/c/0"], 1),
    ),
  ).rejects.toThrow();
});

test("as many times as requests", async () => {
  const empty: RequestListener = (_request, response) => {
    response.writeHead(200, { "content-length": 0 }).end();
  };
  expect(await served(empty, (port) => latencies(port, "/c/0", 5))).toHaveLength(5);
});
