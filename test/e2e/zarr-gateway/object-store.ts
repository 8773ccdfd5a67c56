import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How one object is answered, other than well. */
export interface Behaviour {
  /** Instead of 200; the body is then a store's XML. */
  readonly status?: number;
  /** Sent too. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Closes the connection: instead of an answer, or after half the body. */
  readonly hangUp?: "at once" | "midway";
  /** Answers only after this. */
  readonly after?: Promise<void>;
}

export interface Asked {
  readonly method: string;
  /** As it was sent, with its query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

/** What a public bucket looks like over HTTP: objects in memory by path, ETags, conditions, ranges, 404 for anything else. */
export class ObjectStore {
  readonly objects = new Map<string, Buffer>();
  readonly behaviours = new Map<string, Behaviour>();
  readonly asked: Asked[] = [];
  private readonly server: Server;
  private port = 0;

  /** `make` makes the server: a plain one unless told otherwise. */
  constructor(make: (listener: RequestListener) => Server = createServer) {
    this.server = make((request, response) => void this.answer(request, response));
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Listens on a free port of loopback; after a stop, on the same again. */
  async start(): Promise<this> {
    await new Promise<void>((done, fail) => this.server.once("error", fail).listen(this.port, "127.0.0.1", done));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** From now on connections are refused. */
  async stop(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }

  /** Paths that were asked for since the last call. */
  paths(): string[] {
    return this.asked.splice(0).map((a) => a.path);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    this.asked.push({ method, path: url, headers });
    const path = decoded(url);
    const behaviour = this.behaviours.get(path) ?? {};
    await behaviour.after;
    const object = this.objects.get(path);
    if (behaviour.hangUp === "at once") request.socket.destroy();
    else if (behaviour.status !== undefined || !object) refuse(response, behaviour);
    else send(request, response, object, behaviour);
  }
}

/** What S3 calls an object: UTF-8, or no name at all. */
function decoded(url: string): string {
  try {
    return decodeURIComponent(url.split("?")[0] ?? "");
  } catch {
    return "";
  }
}

function refuse(response: ServerResponse, { status = 404, headers }: Behaviour): void {
  response.writeHead(status, { "content-type": "application/xml", ...headers });
  response.end(`<Error><Code>${status}</Code></Error>`);
}

function send(request: IncomingMessage, response: ServerResponse, object: Buffer, behaviour: Behaviour): void {
  const etag = `"${createHash("md5").update(object).digest("hex")}"`;
  const usual = { etag, "last-modified": "Tue, 06 Jan 2026 10:00:00 GMT", "accept-ranges": "bytes" };
  const headers = { ...usual, ...behaviour.headers };
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const [, from = "", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const start = Number(from);
  const end = to === "" ? object.length - 1 : Math.min(Number(to), object.length - 1);
  const range = from === "" ? {} : { "content-range": `bytes ${start}-${end}/${object.length}` };
  const body = object.subarray(start, end + 1);
  response.writeHead(from === "" ? 200 : 206, { ...headers, ...range, "content-length": body.length });
  if (request.method === "HEAD") response.end();
  else if (behaviour.hangUp === "midway")
    response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
  else response.end(body);
}
