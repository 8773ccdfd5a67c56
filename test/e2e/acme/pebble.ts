import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { get, request } from "node:https";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { cached } from "../../cache";
import { freePorts } from "../../free-ports";
import { findGo } from "../../kube/tools/go";
import { until } from "../hpc-site/kit";

const VERSION = "2.10.3";
const keyId = "of-a-centre";
const key = "c2VjcmV0LW9mLXRoZS1hdXRob3JpdHktZm9yLXRlc3Rz";
const fixtures = join(__dirname, "../../charts/hpc-site/tls");
/** Whom clients of the authority's own address believe. */
export const authorityOfServer = join(fixtures, "authority.pem");

/** Let's Encrypt's own ACME server for tests, built once; or why there is none. */
export function findPebble(): { readonly pebble: string } | { readonly missing: string } {
  const found = findGo();
  if ("missing" in found) return found;
  const folder = cached(`pebble-${VERSION}`, (place) => {
    const env = { ...process.env, CGO_ENABLED: "0", GOBIN: place, GOWORK: "off" };
    const module = `github.com/letsencrypt/pebble/v2/cmd/pebble@v${VERSION}`;
    const { status, stderr } = spawnSync(found.go, ["install", "-trimpath", "-ldflags=-s -w", module], {
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
  });
  return { pebble: join(folder, "pebble") };
}

/** An ACME authority on loopback, for which every name is this machine's while it `resolves`. It wants accounts bound to a key. */
export class Pebble {
  resolves = true;

  private constructor(
    private readonly process: ChildProcess,
    private readonly names: Server,
    private readonly port: number,
    private readonly management: number,
  ) {}

  /** @param httpPort where it asks for proof, in place of 80 */
  static async start(program: string, scratch: string, httpPort: number): Promise<Pebble> {
    const [port = 0, management = 0, dns = 0] = await freePorts(3);
    const conf = join(scratch, "pebble.json");
    const pebble: { it?: Pebble } = {};
    const names = createServer((socket) => {
      socket.on("data", (query) => socket.end(answer(query, pebble.it?.resolves ?? true)));
      socket.on("error", () => socket.destroy());
    });
    await new Promise<void>((done) => names.listen(dns, "127.0.0.1", done));
    writeFileSync(conf, JSON.stringify({ pebble: settings(port, management, httpPort) }));
    const child = spawn(program, ["-config", conf, "-dnsserver", `127.0.0.1:${dns}`], {
      env: { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0", PEBBLE_AUTHZREUSE: "0" },
      stdio: "ignore",
    });
    const it = new Pebble(child, names, port, management);
    pebble.it = it;
    await until("the authority answers", () =>
      it.root().then(
        () => true,
        () => false,
      ),
    );
    return it;
  }

  get directory(): string {
    return `https://127.0.0.1:${this.port}/dir`;
  }

  /** Writes the key that accounts are bound to; returns what a site's file says of it. */
  binding(scratch: string) {
    const hmacKeyFile = join(scratch, "eab.key");
    writeFileSync(hmacKeyFile, `${key}\n`, { mode: 0o600 });
    return { keyId, hmacKeyFile };
  }

  /** The certificate that clients of its sites believe. */
  root(): Promise<string> {
    return new Promise((done, failed) => {
      const asked = get(
        `https://127.0.0.1:${this.management}/roots/0`,
        { ca: readFileSync(authorityOfServer) },
        (got) => {
          let text = "";
          got.on("data", (data) => {
            text += data;
          });
          got.on("end", () => done(text));
        },
      );
      asked.on("error", failed);
    });
  }

  /** Has it want a certificate renewed, as before it revokes one. */
  wantRenewed(pem: string): Promise<number | undefined> {
    const [certificate] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/.exec(pem) ?? [];
    const suggestedWindow = { start: "2020-01-01T00:00:00Z", end: "2020-01-02T00:00:00Z" };
    const body = JSON.stringify({ certificate, ariResponse: JSON.stringify({ suggestedWindow }) });
    const headers = { "User-Agent": "test" }; // it refuses whoever has none
    const options = { method: "POST", headers, ca: readFileSync(authorityOfServer) };
    return new Promise((done, failed) => {
      const asked = request(`https://127.0.0.1:${this.management}/set-renewal-info/`, options, (got) => {
        got.resume();
        got.on("end", () => done(got.statusCode));
      });
      asked.on("error", failed);
      asked.end(body);
    });
  }

  stop(): void {
    this.process.kill();
    this.names.close();
  }
}

function settings(port: number, management: number, httpPort: number) {
  return {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: authorityOfServer,
    privateKey: join(fixtures, "authority.key"),
    httpPort,
    tlsPort: httpPort,
    retryAfter: { authz: 1, order: 1 },
    externalAccountBindingRequired: true,
    externalAccountMACKeys: { [keyId]: key },
  };
}

/** A name server's answer over TCP: 127.0.0.1 to who asks for an IPv4 address, else nothing. */
function answer(query: Buffer, resolves: boolean): Buffer {
  const question = query.subarray(14);
  const end = question.indexOf(0) + 5;
  const isA = question.readUInt16BE(end - 4) === 1;
  const found = resolves && isA;
  const header = Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0, found ? 1 : 0, 0, 0, 0, 0]);
  query.copy(header, 0, 2, 4);
  const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
  const message = Buffer.concat([header, question.subarray(0, end), ...(found ? [address] : [])]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
