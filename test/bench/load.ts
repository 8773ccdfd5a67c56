import { connect, type Socket } from "node:net";

/** How many bytes of bodies came in how many seconds. */
export interface Load {
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Asks one server for paths over keep-alive connections, each with its share of them, as quickly as it answers.
 *
 * @throws Error for an answer that is not 200: it would be a quick one
 */
export async function load(port: number, paths: readonly string[], connections: number): Promise<Load> {
  const shares = Array.from({ length: connections }, (_, i) => paths.filter((_path, at) => at % connections === i));
  const clients = await Promise.all(shares.map(() => Client.open(port)));
  try {
    const started = process.hrtime.bigint();
    const read = await Promise.all(clients.map((client, i) => client.askAll(shares[i] ?? [])));
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    return { bytes: read.reduce((sum, bytes) => sum + bytes, 0), seconds };
  } finally {
    for (const client of clients) client.close();
  }
}

/** Milliseconds that each of so many requests for a path took, one after the other on one connection. */
export async function latencies(port: number, path: string, count: number): Promise<number[]> {
  const client = await Client.open(port);
  try {
    const taken: number[] = [];
    for (let i = 0; i < count; i++) {
      const started = process.hrtime.bigint();
      await client.ask(path);
      taken.push(Number(process.hrtime.bigint() - started) / 1e6);
    }
    return taken;
  } finally {
    client.close();
  }
}

/** A connection that reads bodies into one buffer and drops them: an HTTP library would be slower than what is measured. */
class Client {
  private head = "";
  private left = 0;
  private length = 0;
  private done: (bytes: number) => void = () => undefined;
  private fail: (error: Error) => void = () => undefined;
  private socket: Socket | undefined;

  private constructor(private readonly port: number) {}

  static async open(port: number): Promise<Client> {
    const client = new Client(port);
    const onread = {
      buffer: Buffer.allocUnsafe(512 * 1024),
      callback: (count: number, buffer: Uint8Array) => client.read(buffer.subarray(0, count)),
    };
    await new Promise<void>((opened, fail) => {
      client.socket = connect({ host: "127.0.0.1", port, noDelay: true, onread }, opened);
      client.socket.once("error", (error) => {
        fail(error);
        client.fail(error);
      });
      client.socket.once("close", () => client.fail(new Error(`the server at ${port} closed the connection`)));
    });
    return client;
  }

  /** Bytes of the answers' bodies, asked for one after the other. */
  async askAll(paths: readonly string[]): Promise<number> {
    let bytes = 0;
    for (const path of paths) bytes += await this.ask(path);
    return bytes;
  }

  ask(path: string): Promise<number> {
    return new Promise((done, fail) => {
      this.done = done;
      this.fail = fail;
      this.head = "";
      this.socket?.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.port}\r\n\r\n`);
    });
  }

  close(): void {
    this.fail = () => undefined;
    this.socket?.destroy();
  }

  private read(bytes: Uint8Array): boolean {
    if (this.left > 0) this.take(bytes.length);
    else this.readHead(bytes);
    return true;
  }

  private readHead(bytes: Uint8Array): void {
    this.head += Buffer.from(bytes).toString("latin1");
    const end = this.head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(this.head) ?? [];
    const [, length] = /\r\ncontent-length: (\d+)\r\n/i.exec(this.head) ?? [];
    if (status !== "200" || length === undefined) {
      this.fail(new Error(`${this.head.slice(0, this.head.indexOf("\r\n"))}, from ${this.port}`));
      return;
    }
    this.length = Number(length);
    this.left = this.length;
    this.take(this.head.length - end - 4);
  }

  private take(count: number): void {
    this.left -= count;
    if (this.left === 0) this.done(this.length);
    if (this.left < 0) this.fail(new Error(`more bytes than the server at ${this.port} said`));
  }
}
