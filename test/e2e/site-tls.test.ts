import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { siteFront } from "../../charts/zarr-gateway/nginx";
import type { ResolvedCertificate } from "../../config/resolve/hpc-urls";
import { baseBundle } from "../../constructs/hpc/programs";
import { authorityOfServer, findPebble, Pebble } from "./acme/pebble";
import { baseInput, sitePorts, writeBundle } from "./hpc-site/bundles";
import { Site, succeeded, until } from "./hpc-site/kit";

// The base of a site with a certificate of its own: nginx and the S3 gateway as they are installed.
const scratch = mkdtempSync(join(tmpdir(), "isthmus-tls-"));
const site = new Site(join(scratch, "site"), join(scratch, "base"));
const fixtures = join(__dirname, "../charts/hpc-site/tls");
const certificate: ResolvedCertificate = {
  certificate: join(scratch, "site.pem"),
  key: join(scratch, "site.key"),
  host: "site.example",
  acme: null,
};
const found = findPebble();
let ports: { front: number };
let authority: Pebble | undefined;
const log = () => readFileSync(join(site.root, "log/certificate.log"), "utf8");

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

function bundle(own: ResolvedCertificate = certificate) {
  const listen = { host: "127.0.0.1", port: ports.front };
  const url = `https://${own.host}:${ports.front}`;
  const conf = siteFront({ listen, url, certificate: own, cacheBytes: 2 ** 26, datasets: [], foreign: [] });
  const s3 = { endpoint: `https://${own.host}:${ports.front + 1}`, port: ports.front + 1, region: "us-east-1" };
  return baseBundle(baseInput(ports.front, { url, certificate: own, s3, nginxConf: conf }));
}

/** What a client that trusts this certificate alone, and asks for the site's name, is answered. */
function asked(port: number, path: string, pem: string, options: ConnectionOptions = {}): Promise<string> {
  const ca = pem.startsWith("-----") ? pem : readFileSync(join(fixtures, pem));
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
  process.env.REQUESTS_CA_BUNDLE = authorityOfServer; // as the account of a site has it, whose supervisor keeps it
  ports = await sitePorts(0);
  put("site.pem", "site.key");
});

afterAll(async () => {
  await site.call("stop");
  authority?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

test("a certificate that nobody would take is refused, and nothing runs", async () => {
  writeBundle(join(scratch, "base"), bundle({ ...certificate, host: "other.example" }));
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
  await until("the wrong certificate is told of", () => log().includes("the one before stays in use"));
  expect(await asked(ports.front, "/healthz", "site.pem")).toContain("200 OK");
  put("renewed.pem", "renewed.key");
  for (const port of [ports.front, ports.front + 1])
    await until(`the renewed certificate is that of ${port}`, async () =>
      (await asked(port, "/healthz", "renewed.pem")).includes(" 200"),
    );
  expect(await site.pids()).toEqual(before);
});

describe.skipIf("missing" in found)(`by ACME${"missing" in found ? `: ${found.missing}` : ""}`, () => {
  let root: string;
  let acme: ResolvedCertificate;
  const kept = () => join(site.root, "state/base/acme");
  const inUse = () => readFileSync(join(kept(), "site.example.pem"), "utf8");
  const toldOf = async () => (await site.status()).certificate;

  beforeAll(async () => {
    if ("missing" in found) return;
    const httpPort = ports.front + 2;
    authority = await Pebble.start(found.pebble, scratch, httpPort);
    root = await authority.root();
    const file = "state/base/acme/site.example.pem";
    const eab = authority.binding(scratch);
    const with_ = { server: authority.directory, email: "ops@site.example", httpPort, eab };
    acme = { certificate: file, key: file, host: certificate.host, acme: with_ };
    rmSync(join(scratch, "base"), { recursive: true });
    writeBundle(join(scratch, "base"), bundle(acme));
  });

  const restarted = async () => {
    const before = (await site.pids()).certificate;
    process.kill(before ?? 0);
    await until("the program that renews runs again", async () => {
      const { certificate: now } = await site.pids();
      return now !== null && now !== before;
    });
  };

  test("what the authority refuses is told in its words, and the files serve on", async () => {
    if (authority) authority.resolves = false;
    const { code, stderr } = await site.call("install", "--bundle", join(scratch, "base"));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /no certificate for site\.example from https:\/\/127\.0\.0\.1:\d+\/dir: .*could not resolve URL/,
    );
    expect(stderr).toContain(`port 80 of that name must lead to port ${ports.front + 2} here`);
    expect(stderr).toContain("The previous release");
    expect(await asked(ports.front, "/healthz", "renewed.pem")).toContain("200 OK");
  });

  test("a certificate is got by the install, and clients of the authority take it", async () => {
    if (authority) authority.resolves = true;
    await site.install(join(scratch, "base"));
    for (const port of [ports.front, ports.front + 1])
      await until(`the certificate is that of ${port}`, async () =>
        (await asked(port, "/healthz", root)).includes(" 200"),
      );
    const sent = await fetch(`http://127.0.0.1:${ports.front + 2}/hub?a=1`, { redirect: "manual" });
    expect([sent.status, sent.headers.get("location")]).toEqual([308, `https://site.example:${ports.front}/hub?a=1`]);
    expect(await toldOf()).toMatchObject({ host: "site.example", problem: null });
    for (const name of readdirSync(kept()))
      expect([name, statSync(join(kept(), name)).mode & 0o077]).toEqual([name, 0]);
    expect(readdirSync(join(site.root, "run/acme/.well-known/acme-challenge"))).toEqual([]);
  });

  test("a second install changes nothing", async () => {
    const [before, pem] = [await site.pids(), inUse()];
    expect(succeeded(await site.call("install", "--bundle", join(scratch, "base"))).stdout).toContain("unchanged");
    expect([await site.pids(), inUse()]).toEqual([before, pem]);
  });

  test("a renewal that fails is told of, and one that succeeds is in use without a restart", async () => {
    const { nginx, s3 } = await site.pids();
    const before = inUse();
    if (authority) authority.resolves = false;
    expect(await authority?.wantRenewed(before)).toBe(200);
    await restarted();
    await until("the failure is told of", () => log().includes("not renewed for site.example by https://127.0.0.1"));
    const told = await toldOf();
    expect(told?.problem).toContain("could not resolve URL");
    expect(told?.until).toBeGreaterThan(Date.now() / 1000);
    expect(inUse()).toBe(before);
    if (authority) authority.resolves = true;
    await restarted();
    await until("the renewed one is there", () => inUse() !== before);
    await until("it is in use", () => log().trimEnd().endsWith("the certificate has changed: it is in use now"));
    const fingerprint = new X509Certificate(inUse()).fingerprint256;
    for (const port of [ports.front, ports.front + 1])
      await until(`the renewed certificate is that of ${port}`, async () => (await shown(port, root)) === fingerprint);
    expect(await site.pids()).toMatchObject({ nginx, s3 });
    expect((await toldOf())?.problem).toBe(null);
  });

  test("back to files: nothing is asked for at the authority's port, and what it gave is kept", async () => {
    const before = inUse();
    rmSync(join(scratch, "base"), { recursive: true });
    writeBundle(join(scratch, "base"), bundle());
    await site.install(join(scratch, "base"));
    await until("the files are in use", async () =>
      (await asked(ports.front, "/healthz", "renewed.pem")).includes(" 200"),
    );
    await expect(fetch(`http://127.0.0.1:${ports.front + 2}/`)).rejects.toThrow();
    expect(inUse()).toBe(before);
  });
});

/** The fingerprint of what a server shows. */
function shown(port: number, ca: string): Promise<string> {
  return new Promise((done) => {
    const socket = connect({ port, host: "127.0.0.1", servername: certificate.host, ca }, () => {
      done(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
      socket.end();
    });
    socket.on("error", () => done(""));
  });
}
