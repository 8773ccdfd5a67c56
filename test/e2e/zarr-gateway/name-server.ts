import { createSocket, type RemoteInfo } from "node:dgram";

/** A DNS server on loopback: names in `known` are at 127.0.0.1, all others do not exist. */
export class NameServer {
  readonly known = new Set<string>();
  private readonly socket = createSocket("udp4");

  /** Answers on a free port. */
  async start(): Promise<this> {
    this.socket.on("message", (question, from) => this.answer(question, from));
    await new Promise<void>((done) => this.socket.bind(0, "127.0.0.1", done));
    return this;
  }

  get port(): number {
    return this.socket.address().port;
  }

  stop(): Promise<void> {
    return new Promise((done) => this.socket.close(() => done()));
  }

  private answer(question: Buffer, from: RemoteInfo): void {
    const labels: string[] = [];
    let at = 12;
    for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
      labels.push(question.toString("ascii", at + 1, at + 1 + length));
      at += 1 + length;
    }
    const known = this.known.has(labels.join("."));
    const isA = question.readUInt16BE(at + 1) === 1;
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(known ? 0x8180 : 0x8183, 2); // an answer; 3: no such name
    header.writeUInt16BE(known && isA ? 1 : 0, 6);
    header.fill(0, 8);
    // The asked name, an address in the Internet, for one second: 127.0.0.1.
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
    const parts = [header, question.subarray(12, at + 5), ...(known && isA ? [record] : [])];
    this.socket.send(Buffer.concat(parts), from.port, from.address);
  }
}
