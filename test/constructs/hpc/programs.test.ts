import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { BundleManifest } from "../../../constructs/hpc/bundle";
import { baseBundle, hubBundle } from "../../../constructs/hpc/programs";
import { baseInput, buckets, hubInput } from "../../e2e/hpc-site/bundles";

type Manifest = BundleManifest & { format: number; digest: string };

function manifest({ files }: { files: ReadonlyMap<string, string> }): Manifest {
  return JSON.parse(files.get("bundle.json") ?? "") as Manifest;
}

const base = baseBundle(baseInput(9000));
const hub = hubBundle(hubInput(9000, 9010));

describe("every bundle", () => {
  test.each([
    ["base", base],
    ["hub", hub],
  ])("%s: the digest is that of all files, bundle.json counted without it", (_, bundle) => {
    const total = createHash("sha256");
    for (const path of [...bundle.files.keys()].sort()) {
      const text = (bundle.files.get(path) ?? "").replace(`"digest": "${bundle.digest}"`, '"digest": ""');
      total.update(`${path}\0${createHash("sha256").update(text).digest("hex")}\n`);
    }
    expect(total.digest("hex")).toBe(bundle.digest);
    expect(manifest(bundle)).toMatchObject({ format: 1, digest: bundle.digest });
  });

  test("two renders are equal, and another input gives another digest", () => {
    expect(hubBundle(hubInput(9000, 9010))).toEqual(hub);
    expect(hubBundle(hubInput(9000, 9010, { title: "Another" })).digest).not.toBe(hub.digest);
  });

  test.each([
    ["base", base],
    ["hub", hub],
  ])("%s: brings the kit, every file that it names, and no absolute path", (_, bundle) => {
    const { environments, tools, programs } = manifest(bundle);
    const named = [...Object.values(environments), ...Object.values(tools), ...programs.flatMap((p) => p.inputs)];
    for (const path of named.filter((n) => !/^[\d.]+$/.test(n)))
      expect(
        [...bundle.files.keys()].some((f) => f === path || f.startsWith(`${path}/`)),
        path,
      ).toBe(true);
    expect(bundle.files.has("kit/site.py")).toBe(true);
    expect(bundle.files.get("bundle.json")).not.toMatch(/"\/(?!here|healthz|api)/);
  });

  test("no two programs and no two ports of a site meet", () => {
    const all = [base, hub, hubBundle(hubInput(9000, 9020, { hub: "west" }))].map(manifest);
    const names: (string | number)[] = all.flatMap((m) => m.programs.map((p) => p.name));
    const numbers: (string | number)[] = all.flatMap((m) => m.ports.map((p) => p.port));
    for (const values of [names, numbers]) expect(new Set(values).size).toBe(values.length);
  });

  test("locks pin every package by hash and name no index", () => {
    for (const bundle of [base, hub])
      for (const [path, text] of bundle.files) {
        if (!path.startsWith("locks/")) continue;
        expect(text, path).not.toMatch(/"resolved"|--index|https?:[^"\s]*(?:registry|simple)/);
        if (path.endsWith(".txt")) expect(text, path).toMatch(/--hash=sha256:/);
      }
  });
});

describe("base", () => {
  test("fetches copies where it keeps some, by an environment that no other site has", () => {
    const from = { endpoint: "https://s3.example", bucket: "b", region: "r", pathStyle: true };
    const copy = { dataset: "d", kind: "zarr", from, prefix: "d/", bucket: "try-library", everySeconds: 3600 };
    const keeping = baseBundle(baseInput(9000, { copies: [copy] }));
    const { environments, programs, directories } = manifest(keeping);
    expect(programs.map((p) => p.name)).toContain("dataset-copies");
    expect(environments).toEqual({ hub: "locks/hub.txt", copies: "locks/copies.txt" });
    expect(directories).toContain("state/base/copies");
    for (const path of programs.flatMap((p) => p.inputs)) expect(keeping.files.has(path), path).toBe(true);
    expect(JSON.parse(keeping.files.get("site.json") ?? "")).toMatchObject({ copies: [copy] });
    expect([...base.files.keys()].filter((path) => path.includes("copies"))).toEqual([]);
    expect(manifest(base).environments).toEqual({ hub: "locks/hub.txt" });
  });

  test("gets its certificate itself where it is told an authority, by an environment that no other site has", () => {
    const file = "state/base/acme/a.example.pem";
    const eab = { keyId: "k", hmacKeyFile: "/etc/a.hmac" };
    const acme = { server: "https://ca.example/dir", email: "a@a.example", httpPort: 80, eab };
    const own = { certificate: file, key: file, host: "a.example", acme };
    const getting = baseBundle(baseInput(9000, { certificate: own }));
    const { environments, programs, ports } = manifest(getting);
    expect(environments).toEqual({ hub: "locks/hub.txt", acme: "locks/acme.txt" });
    expect(programs.find((p) => p.name === "certificate")?.command[0]).toBe("{env.acme}/bin/python");
    expect(programs.find((p) => p.name === "s3")?.command.join(" ")).toContain(
      `--cert {root}/${file} --key {root}/${file}`,
    );
    expect(ports).toContainEqual({ port: 80, program: "nginx", key: "tls.httpPort" });
    for (const path of programs.flatMap((p) => p.inputs)) expect(getting.files.has(path), path).toBe(true);
    expect(getting.files.has("acme/acme_client.py")).toBe(true);
    expect(JSON.parse(getting.files.get("site.json") ?? "").tls).toEqual({
      ...{ certificate: file, key: file, host: "a.example" },
      ...acme,
    });
    expect([...base.files.keys()].filter((path) => /^acme|locks.acme/.test(path))).toEqual([]);
  });

  test("runs the S3 endpoint, the front, a timer that shortens logs, and one where scratch expires", () => {
    expect(manifest(base).programs.map((p) => p.name)).toEqual(["s3", "scratch-expiry", "logs", "nginx"]);
    const kept = baseBundle(baseInput(9000, { buckets: buckets.filter((b) => b.purpose !== "scratch") }));
    expect(manifest(kept).programs.map((p) => p.name)).toEqual(["s3", "logs", "nginx"]);
  });

  test("the front reads its configuration again instead of restarting", () => {
    const front = manifest(base).programs.find((p) => p.name === "nginx");
    expect(front?.reload).toBe("nginx.conf");
    expect(front?.inputs).not.toContain("nginx.conf");
  });

  test("the S3 endpoint is asked on loopback where it listens on every address", () => {
    const open = manifest(baseBundle(baseInput(9000, { listen: { host: "0.0.0.0", port: 9000 } })));
    expect(open.programs.find((p) => p.name === "nginx")?.health?.url).toBe("http://127.0.0.1:9000/healthz");
  });
});

describe("a hub", () => {
  test("has its proxies apart from what restarts with its settings", () => {
    const programs = manifest(hub).programs;
    expect(programs.map((p) => p.name)).toEqual([
      "prod-proxy",
      "prod-hub",
      "prod-dask-proxy",
      "prod-dask-gateway",
      "prod-culler",
    ]);
    const restarted = programs.filter((p) => p.inputs.includes("site.json")).map((p) => p.name);
    expect(restarted).toEqual(["prod-hub", "prod-dask-gateway"]);
  });

  test("without Dask has no gateway, no ports and no token for it", () => {
    const { programs, ports } = manifest(hubBundle(hubInput(9000, 9010, { dask: null })));
    expect(programs.map((p) => p.name)).toEqual(["prod-proxy", "prod-hub", "prod-culler"]);
    expect(ports.map((p) => p.port)).toEqual([9010, 9011, 9012]);
    expect(programs.flatMap((p) => p.secrets ?? [])).not.toContain("DASK_GATEWAY_HUB_TOKEN");
  });

  test("gives each program its own secrets only", () => {
    const secrets = new Map(manifest(hub).programs.map((p) => [p.name, p.secrets]));
    expect(secrets.get("prod-proxy")).toEqual(["CONFIGPROXY_AUTH_TOKEN"]);
    expect(secrets.get("prod-dask-proxy")).toEqual(["DASK_GATEWAY_PROXY_TOKEN"]);
    expect(secrets.get("prod-culler")).toEqual(["JUPYTERHUB_API_TOKEN=CULLER_TOKEN"]);
  });

  test("site.json has the hub's settings and neither the stack nor the front's text", () => {
    const site = JSON.parse(hub.files.get("site.json") ?? "") as Record<string, unknown>;
    expect(site).toMatchObject({ hub: "prod", basePath: "/here/prod/", ports: { daskTcp: 9014 } });
    expect(Object.keys(site)).not.toContain("nginxConf");
    expect(Object.keys(site)).not.toContain("stack");
  });
});
