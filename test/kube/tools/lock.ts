import { createHash } from "node:crypto";
import { connect, createServer, type Server } from "node:net";

/**
 * Runs `work` while no other process of this machine does so under the same name. The lock is an address in the kernel's
 * abstract name space, so it goes with its holder, however that one ends; who waits is connected to it until then.
 *
 * @param signal ends the waiting, not the work
 */
export async function exclusively<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const address = `\0isthmus-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
  const held = await hold(address, signal);
  try {
    return await work();
  } finally {
    held.end();
  }
}

interface Held {
  end(): void;
}

async function hold(address: string, signal?: AbortSignal): Promise<Held> {
  for (;;) {
    signal?.throwIfAborted();
    const held = await listen(address);
    if (held) return held;
    await gone(address, signal);
  }
}

function listen(address: string): Promise<Held | undefined> {
  return new Promise((done, fail) => {
    const waiting = new Set<{ destroy(): void }>();
    const server: Server = createServer((socket) => {
      waiting.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => waiting.delete(socket));
    });
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? done(undefined) : fail(error),
    );
    server.listen(address, () => {
      server.unref();
      done({
        end: () => {
          server.close();
          for (const socket of waiting) socket.destroy();
        },
      });
    });
  });
}

/** Waits until the holder of an address is gone. */
function gone(address: string, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const socket = connect(address);
    signal?.addEventListener("abort", () => socket.destroy(), { once: true });
    socket.on("error", () => undefined);
    socket.on("close", () => done());
    socket.resume();
  });
}
