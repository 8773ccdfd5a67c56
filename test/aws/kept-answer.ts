import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** In front of a local API: passes everything on, but of the first request of a kind the answer is kept, as on a line that was cut after the deed was done. */
export class KeptAnswer {
  private constructor(
    /** `http://127.0.0.1:PORT`, without a slash at the end. */
    readonly url: string,
    /** The deed is done. */
    readonly kept: Promise<void>,
    private readonly server: Server,
  ) {}

  /** Keeps the first answer to a method on a path, whatever its parameters. */
  static async before(api: string, method: string, path: string): Promise<KeptAnswer> {
    let waits = true;
    let done: () => void;
    const kept = new Promise<void>((resolve) => {
      done = resolve;
    });
    const server = createServer((asked, answer) => {
      const isKept = waits && asked.method === method && pathOf(asked) === path;
      if (isKept) waits = false;
      pass(api, asked, (got) => (isKept ? got.resume().on("end", done) : give(got, answer)));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new KeptAnswer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, kept, server);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

/** Without parameters and a slash at the end. */
function pathOf({ url = "/" }: IncomingMessage): string {
  return url.replace(/\/?(?:\?.*)?$/, "");
}

function pass(api: string, asked: IncomingMessage, then: (got: IncomingMessage) => void): void {
  const { method, headers } = asked;
  asked.pipe(request(new URL(asked.url ?? "/", api), { method, headers }, then));
}

function give(got: IncomingMessage, answer: ServerResponse): void {
  answer.writeHead(got.statusCode ?? 500, got.headers);
  got.pipe(answer);
}
