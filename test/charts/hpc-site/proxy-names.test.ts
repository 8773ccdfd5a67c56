import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";

// What the proxy of a hub loads first, where its notebooks speak TLS: whose name their certificates are held against.
const fixtures = join(__dirname, "tls");
const preload = join(__dirname, "../../../charts/hpc-site/kit/proxy-names.cjs");
let server: Server;

beforeAll(async () => {
  const [cert, key] = ["site.pem", "site.key"].map((name) => readFileSync(join(fixtures, name)));
  server = createServer({ cert, key }, (_, answer) => answer.end("here"));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(() => new Promise((done) => server.close(done)));

/** What a request to a host is answered that carries another one's name, as those do that a proxy passes on. */
async function passedOn(host: string, name: string, ...options: readonly string[]): Promise<string> {
  const program = `
const lookup = (_, { all }, found) => (all ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4));
const wish = { host: "${host}", port: ${(server.address() as AddressInfo).port}, lookup, headers: { host: "${name}" } };
const ca = require("node:fs").readFileSync("${join(fixtures, "site.pem")}");
const https = require("node:https");
https.get({ ...wish, ca, agent: new https.Agent() }, (answer) => answer.pipe(process.stdout))
  .on("error", ({ code }) => process.stdout.write(code));
`;
  const child = spawn(process.execPath, [...options, "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  return text(child.stdout);
}

test("a certificate is held against the host that is asked, not against the name that the request carries", async () => {
  const wrong = "ERR_TLS_CERT_ALTNAME_INVALID";
  expect(await passedOn("site.example", "pangeo.example")).toBe(wrong);
  expect(await passedOn("site.example", "pangeo.example", "--require", preload)).toBe("here");
  expect(await passedOn("node7", "site.example", "--require", preload)).toBe(wrong);
});
