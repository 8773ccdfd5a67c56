import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { archiveOf } from "../../../charts/zarr-gateway/archive";
import { catalogPartName, catalogParts, gatewayRelease } from "../../../charts/zarr-gateway/names";
import { type ClusterFrontProps, clusterFront, siteFront } from "../../../charts/zarr-gateway/nginx";
import { gatewayValues } from "../../../charts/zarr-gateway/values";
import { clusterSite } from "../../config/cluster-site";

const golden = join(__dirname, "..", "..", "golden", "charts", "zarr-gateway");
const props: ClusterFrontProps = {
  datasets: [
    {
      id: "glacier",
      at: "/zarr/glacier.zarr",
      origin: { kind: "http", url: "https://s3.alps.example/library/glacier" },
    },
  ],
  foreign: [{ at: "/zarr/abroad.zarr", url: "https://data.example.org/zarr/abroad.zarr" }],
  cacheBytes: 10 * 2 ** 30,
};

test("the configuration of a gateway with one dataset", async () => {
  await expect(clusterFront(props)).toMatchFileSnapshot(join(golden, "nginx.conf"));
});

test("what only a pod knows is included: where to listen, who resolves names, whom to believe", () => {
  const conf = clusterFront(props);
  expect(conf).toContain("include listen.conf;");
  expect(conf).toContain("include machine.conf;");
  expect(conf).not.toMatch(/^\s*(listen|resolver|proxy_ssl_trusted_certificate) /m);
  expect(conf).toContain("server s3.alps.example:443 resolve;");
  expect(conf).toContain("proxy_ssl_verify on;");
});

test("every path is relative to nginx's prefix or the text's own place, and no hub is served", () => {
  const conf = clusterFront(props);
  expect(conf.match(/(?:^|[ =])(?:root|path|include|pid|log) \/\S+/gm)).toBeNull();
  expect(conf).not.toContain("hub.nginx.conf");
  expect(conf).toMatch(/root run\/current;/);
});

test("only where there are replicas, a chunk of a store that is not served is 503: one nginx alone knows that it is not there", () => {
  expect(clusterFront(props)).toContain("if ($gateway_unsure) { return 503; }");
  const listen = { host: "127.0.0.1", port: 80 };
  expect(siteFront({ ...props, listen })).not.toContain("gateway_unsure");
});

test("values of a site, on the pool for what serves everybody", async () => {
  const { dataHost, domain, gateway, pools } = clusterSite();
  const values = gatewayValues({
    hosts: [dataHost, domain],
    ingress: { className: "alps", annotations: { "cert-manager.io/cluster-issuer": "alps" }, tlsSecret: "alps-tls" },
    replicas: gateway?.replicas ?? { min: 2, max: 6 },
    cacheBytes: gateway?.cacheBytes ?? 0,
    pool: pools.find((pool) => pool.for === "core") ?? null,
  });
  await expect(`${JSON.stringify(values, null, 2)}\n`).toMatchFileSnapshot(join(golden, "values.json"));
});

test("the pod's volume for the cache holds more than nginx keeps, and every part of a catalog has a place in it", () => {
  const ingress = { className: "", annotations: {}, tlsSecret: null };
  const made = gatewayValues({
    hosts: [],
    ingress,
    replicas: { min: 1, max: 1 },
    cacheBytes: 10 * 2 ** 30,
    pool: null,
  });
  expect(Number.parseInt(made.cache.sizeLimit, 10) * 2 ** 20).toBeGreaterThan(10.5 * 2 ** 30);
  expect(made.ingress.tlsSecret).toBe("");
  expect(made.catalog).toEqual({ name: `${gatewayRelease}-catalog`, parts: catalogParts });
  expect(catalogPartName(0)).toBe(`${made.catalog.name}-00`);
});

test("archives come back as they were, long paths and odd sizes too; their digest is of what they hold", () => {
  const deep = `catalog/stac/${"s".repeat(60)}/${"d".repeat(60)}/collection.json`;
  const files = new Map([
    ["nginx.conf", "x".repeat(512)],
    ["portal.html", "ä".repeat(300)],
    [deep, '{"a": 1}\n'],
    ["empty", ""],
  ]);
  const { digest, parts } = archiveOf(files, 100);
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.slice(0, -1).every((part) => part.length === 100)).toBe(true);
  const folder = mkdtempSync(join(tmpdir(), "isthmus-archive-"));
  try {
    writeFileSync(join(folder, "a.tgz"), Buffer.concat(parts));
    execFileSync("sh", ["-c", "mkdir out; gzip -dc a.tgz > a.tar; tar -xof a.tar -C out"], { cwd: folder });
    const told = execFileSync("sha256sum", ["a.tar"], { cwd: folder, encoding: "utf8" });
    expect(told.split(" ")[0]).toBe(digest);
    const out = (readdirSync(join(folder, "out"), { recursive: true }) as string[]).filter((path) =>
      statSync(join(folder, "out", path)).isFile(),
    );
    expect(out.sort()).toEqual([...files.keys()].sort());
    for (const [path, text] of files) expect(readFileSync(join(folder, "out", path), "utf8")).toBe(text);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(archiveOf(new Map([...files].reverse()), 100).digest).toBe(digest);
  expect(() => archiveOf(new Map([["x".repeat(101), ""]]), 100)).toThrow("too long a path");
  expect(() => archiveOf(new Map([["é", ""]]), 100)).toThrow("not a path");
});
