import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { siteFront } from "../../charts/zarr-gateway/nginx";
import { baseBundle } from "../../constructs/hpc/programs";
import { baseInput, sitePorts, writeBundle } from "./hpc-site/bundles";
import { Site, succeeded, until } from "./hpc-site/kit";

// The base of a site with a certificate of its own: nginx and the S3 gateway as they are installed.
const scratch = mkdtempSync(join(tmpdir(), "isthmus-tls-"));
const site = new Site(join(scratch, "site"), join(scratch, "base"));
const fixtures = join(__dirname, "../charts/hpc-site/tls");
const certificate = { certificate: join(scratch, "site.pem"), key: join(scratch, "site.key"), host: "site.example" };
let ports: { front: number };

/** Puts a pair in place as who renews certificates does. */
function put(pem: string, key: string): void {
  for (const [from, to] of [
    [pem, certificate.certificate],
    [key, certificate.key],
  ] as const) {
    copyFileSync(join(fixtures, from), `${to}.new`);
    renameSync(`${to}.new`, to);
  }
}

function bundle(host = certificate.host) {
  const listen = { host: "127.0.0.1", port: ports.front };
  const own = { ...certificate, host };
  const conf = siteFront({ listen, certificate: own, cacheBytes: 2 ** 26, datasets: [], foreign: [] });
  const s3 = { endpoint: `https://${host}:${ports.front + 1}`, port: ports.front + 1, region: "us-east-1" };
  return baseBundle(
    baseInput(ports.front, { url: `https://${host}:${ports.front}`, certificate: own, s3, nginxConf: conf }),
  );
}

/** What a client that trusts this certificate alone, and asks for the site's name, is answered. */
function asked(port: number, path: string, pem: string, options: ConnectionOptions = {}): Promise<string> {
  const ca = readFileSync(join(fixtures, pem));
  return new Promise((done) => {
    let protocol = "";
    const socket = connect({ port, host: "127.0.0.1", servername: certificate.host, ca, ...options }, () => {
      protocol = socket.getProtocol() ?? "";
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${certificate.host}\r\nConnection: close\r\n\r\n`);
    });
    let text = "";
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("close", () => done(`${protocol} ${text.split("\r\n")[0]}`));
    socket.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}

beforeAll(async () => {
  ports = await sitePorts(0);
  put("site.pem", "site.key");
});

afterAll(async () => {
  await site.call("stop");
  rmSync(scratch, { recursive: true, force: true });
});

test("a certificate that nobody would take is refused, and nothing runs", async () => {
  writeBundle(join(scratch, "base"), bundle("other.example"));
  const { code, stderr } = await site.call("install", "--bundle", join(scratch, "base"));
  expect(code).toBe(1);
  expect(stderr).toMatch(/`tls.certificate` .*site.pem is not for https:\/\/other.example: Hostname mismatch/);
  expect(site.processes()).toEqual([]);
});

test("front and S3 speak TLS, and every program is well", async () => {
  rmSync(join(scratch, "base"), { recursive: true });
  writeBundle(join(scratch, "base"), bundle());
  await site.install(join(scratch, "base"));
  const { programs } = await site.status();
  expect(programs.map((p) => [p.name, p.state, p.health])).toEqual([
    ["s3", "RUNNING", "ok"],
    ["scratch-expiry", "RUNNING", "none"],
    ["certificate", "RUNNING", "none"],
    ["logs", "RUNNING", "none"],
    ["nginx", "RUNNING", "ok"],
  ]);
  const { front } = ports;
  expect(await asked(front, "/healthz", "site.pem")).toBe("TLSv1.3 HTTP/1.1 200 OK");
  expect(await asked(front, "/healthz", "site.pem", { maxVersion: "TLSv1.2" })).toBe("TLSv1.2 HTTP/1.1 200 OK");
  const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" } as const;
  expect(await asked(front, "/healthz", "site.pem", old)).toMatch(/^E/);
  expect(await asked(front + 1, "/healthz", "site.pem")).toMatch(/^TLSv1.3 HTTP\/1.1 200/);
  // Anonymous listing is what the policy allows, which the kit set over TLS.
  expect(await asked(front + 1, "/try-library?list-type=2", "site.pem")).toMatch(/HTTP\/1.1 200/);
  expect(await asked(front + 1, "/try-scratch?list-type=2", "site.pem")).toMatch(/HTTP\/1.1 403/);
});

test("a second install changes nothing", async () => {
  const before = await site.pids();
  expect(succeeded(await site.call("install", "--bundle", join(scratch, "base"))).stdout).toContain("unchanged");
  expect(await site.pids()).toEqual(before);
});

test("a renewed certificate is in use without a restart, and one that does not fit is not", async () => {
  const before = await site.pids();
  put("over.pem", "site.key");
  const log = () => readFileSync(join(site.root, "log/certificate.log"), "utf8");
  await until("the wrong certificate is told of", () => log().includes("the one before stays in use"));
  expect(await asked(ports.front, "/healthz", "site.pem")).toContain("200 OK");
  put("renewed.pem", "renewed.key");
  for (const port of [ports.front, ports.front + 1])
    await until(`the renewed certificate is that of ${port}`, async () =>
      (await asked(port, "/healthz", "renewed.pem")).includes(" 200"),
    );
  expect(await site.pids()).toEqual(before);
});
