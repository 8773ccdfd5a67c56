import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request by what tells its kind: a method and a path, without parameters and a slash at the end; what is in its target header or its body. */
export interface Kind {
  readonly method: string;
  readonly path: string;
  readonly says?: string;
}

/** In front of a local API: passes everything on, but of the first request of each kind the answer is kept, as on a line that was cut after the deed was done. */
export class KeptAnswer {
  private constructor(
    /** `http://127.0.0.1:PORT`, without a slash at the end. */
    readonly url: string,
    /** The deeds are done. */
    readonly kept: Promise<void>,
    private readonly server: Server,
  ) {}

  /** Keeps the first answer to a method on a path, whatever its parameters. */
  static before(api: string, method: string, path: string): Promise<KeptAnswer> {
    return KeptAnswer.of(api, [{ method, path }]);
  }

  /** Keeps the first answer to each of these. */
  static async of(api: string, kinds: readonly Kind[]): Promise<KeptAnswer> {
    const waiting = new Set(kinds);
    let open = kinds.length;
    let done: () => void;
    const kept = new Promise<void>((resolve) => {
      done = resolve;
    });
    const server = createServer(async (asked, answer) => {
      const body = await wholeOf(asked);
      const kind = [...waiting].find((one) => isOf(one, asked, body));
      if (kind) waiting.delete(kind);
      const isDone = () => {
        open -= 1;
        if (open === 0) done();
      };
      pass(api, asked, body, (got) => (kind ? got.resume().on("end", isDone) : give(got, answer)));
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

async function wholeOf(asked: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of asked) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function isOf({ method, path, says }: Kind, asked: IncomingMessage, body: Buffer): boolean {
  if (asked.method !== method || (asked.url ?? "/").replace(/\/?(?:\?.*)?$/, "") !== path) return false;
  return says === undefined || `${String(asked.headers["x-amz-target"] ?? "")} ${body.toString("utf8")}`.includes(says);
}

function pass(
  api: string,
  { method, headers, url }: IncomingMessage,
  body: Buffer,
  then: (got: IncomingMessage) => void,
) {
  const sent = request(new URL(url ?? "/", api), { method, headers }, then);
  sent.on("error", () => {}); // the API ends before what asked it does
  sent.end(body);
}

function give(got: IncomingMessage, answer: ServerResponse): void {
  answer.writeHead(got.statusCode ?? 500, got.headers);
  got.pipe(answer);
}
