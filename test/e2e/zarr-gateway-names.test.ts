import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { until } from "./hpc-site/kit";
import { Gateway } from "./zarr-gateway/gateway";
import { NameServer } from "./zarr-gateway/name-server";
import { ObjectStore } from "./zarr-gateway/object-store";

// What a machine knows and a site's config does not: who resolves names, whose certificates are good.
const running: { stop(): Promise<void> }[] = [];
const folder = mkdtempSync(join(tmpdir(), "isthmus-names-"));
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function started<T extends { start(): Promise<T>; stop(): Promise<void> }>(one: T): Promise<T> {
  running.push(await one.start());
  return one;
}

async function gatewayTo(urls: Record<string, string>, machine: string | undefined): Promise<Gateway> {
  const datasets = Object.entries(urls).map(([id, url]) => {
    return { id, at: `/zarr/${id}.zarr`, origin: { kind: "http", url } as const };
  });
  const props = { datasets, foreign: [], ...(machine === undefined ? {} : { machineConf: "../../run/machine.conf" }) };
  const gateway = await Gateway.start(props, (root) => writeFileSync(join(root, "run/machine.conf"), machine ?? ""));
  running.push(gateway);
  return gateway;
}

/** The status of a key, as soon as the name was resolved: until then there is no store. */
async function settled(gateway: Gateway, path: string, status: number): Promise<void> {
  await until(`${path} is ${status}`, async () => (await gateway.ask(path)).status === status, 20);
}

test("C4 a store whose name cannot be resolved is a failing store: 502 there, the others work; once it has a name, so does it", async () => {
  const names = await started(new NameServer());
  const store = await started(new ObjectStore());
  names.known.add("here.test");
  store.objects.set("/b/key", Buffer.from("bytes"));
  const port = store.host.split(":")[1];
  const gateway = await gatewayTo(
    {
      here: `http://here.test:${port}/b`,
      gone: `http://gone.test:${port}/b`,
      numeric: `http://${store.host}/b`,
      local: `http://localhost:${port}/b`,
    },
    `resolver 127.0.0.1:${names.port} ipv6=off;\n`,
  );
  await settled(gateway, "/zarr/here.zarr/key", 200);
  // The hosts file's names are unknown to this name server.
  for (const id of ["numeric", "local"])
    expect((await gateway.ask(`/zarr/${id}.zarr/key`)).body.toString()).toBe("bytes");
  const gone = await gateway.ask("/zarr/gone.zarr/key");
  expect(gone).toMatchObject({ status: 502, headers: { "retry-after": "2", "access-control-allow-origin": "*" } });
  names.known.add("gone.test");
  await settled(gateway, "/zarr/gone.zarr/key", 200);
  expect(store.asked.at(-1)?.headers.host).toBe(`gone.test:${port}`);
});

test("without what the machine knows, such a name keeps nginx from starting, and it says which", async () => {
  await expect(gatewayTo({ gone: "http://gone.invalid/b" }, undefined)).rejects.toThrow(
    /host not found in upstream "gone\.invalid:80"/,
  );
});

test.skipIf(spawnSync("openssl", ["version"]).status !== 0)(
  "C4 a store over TLS is believed only with a certificate for its name by somebody whom the machine trusts (needs openssl)",
  async () => {
    const names = await started(new NameServer());
    for (const name of ["good.test", "bad.test"]) names.known.add(name);
    const [good, bad] = [certificate("good.test"), certificate("bad.test")];
    const stores = [await started(new ObjectStore(served(good))), await started(new ObjectStore(served(bad)))] as const;
    for (const { objects } of stores) objects.set("/b/key", Buffer.from("bytes"));
    const [port, badPort] = stores.map((store) => store.host.split(":")[1]);
    const gateway = await gatewayTo(
      {
        good: `https://good.test:${port}/b`,
        stranger: `https://bad.test:${badPort}/b`,
        misnamed: `https://bad.test:${port}/b`,
      },
      `resolver 127.0.0.1:${names.port} ipv6=off;\nproxy_ssl_trusted_certificate ${good}.crt;\n`,
    );
    await settled(gateway, "/zarr/good.zarr/key", 200);
    for (const id of ["stranger", "misnamed"]) {
      await until("its name is resolved", () => /certificate/.test(gateway.log()) || settledOnce(gateway, id), 20);
      expect([id, (await gateway.ask(`/zarr/${id}.zarr/key`)).status]).toEqual([id, 502]);
    }
    expect(gateway.log()).toMatch(/upstream SSL certificate verify error: \(18:self-signed certificate\)/);
    expect(gateway.log()).toMatch(/upstream SSL certificate does not match "bad\.test"/);
    expect(stores[1].asked).toEqual([]);
  },
);

async function settledOnce(gateway: Gateway, id: string): Promise<boolean> {
  await gateway.ask(`/zarr/${id}.zarr/key`);
  return false;
}

/** A new certificate for a name, signed by itself; the path of its files without their suffix. */
function certificate(name: string): string {
  const place = join(folder, name);
  const what = ["-keyout", `${place}.key`, "-out", `${place}.crt`, "-subj", `/CN=${name}`, "-days", "2", "-nodes"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-addext", `subjectAltName=DNS:${name}`];
  const { status, stderr } = spawnSync("openssl", ["req", "-x509", ...kind, ...what], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return place;
}

function served(place: string): ConstructorParameters<typeof ObjectStore>[0] {
  return (listener) =>
    createTlsServer({ key: readFileSync(`${place}.key`), cert: readFileSync(`${place}.crt`) }, listener);
}
