import { expect, test } from "vitest";
import { faultsOf, hpc, siteOf, slurm } from "./federation-of";

const files = "tls: {kind: files, certificate: /etc/ssl/a.pem, key: /etc/ssl/a.key}\n";
const named = "domain: a.fed.example\n";
const urls = (text: string) => {
  const site = siteOf({ "sites/a.yaml": text }, "a");
  return [site.listen.host, site.url, site.catalog, site.s3.endpoint];
};

test("a site with a certificate is reached by its name over https, on every address", () => {
  expect(urls(hpc("a", 443, named + files))).toEqual([
    "0.0.0.0",
    "https://a.fed.example",
    "https://a.fed.example/stac/catalog.json",
    "https://a.fed.example:444",
  ]);
  expect(urls(slurm("a", 9000, named + files))).toEqual([
    "0.0.0.0",
    "https://a.fed.example:9000",
    "https://a.fed.example:9000/stac/catalog.json",
    "https://a.fed.example:9001",
  ]);
});

test("on one address, also of a batch system's machine", () => {
  const text = slurm("a", 9000, named + files).replace("{port", "{host: 10.0.0.4, port");
  expect(urls(text).slice(0, 2)).toEqual(["10.0.0.4", "https://a.fed.example:9000"]);
  expect(faultsOf({ "sites/a.yaml": text })).toEqual([]);
});

test("behind a portal the site listens as without, and S3 stays inside", () => {
  expect(urls(slurm("a", 9000, `${named}tls: {kind: ahead}\n`))).toEqual([
    "login1-int",
    "https://a.fed.example",
    "https://a.fed.example/stac/catalog.json",
    "http://login1-int:9001",
  ]);
});

test("hubs and datasets have the site's name too", () => {
  const hub = "hubs: {prod: {ports: 9010}}\n";
  const site = siteOf({ "sites/a.yaml": slurm("a", 443, named + files + hub) }, "a");
  expect(site.hubs[0]?.url).toBe("https://a.fed.example/a-443/prod/");
  expect(site.hubs[0]?.environment).toMatchObject({ ISTHMUS_CATALOG: "https://a.fed.example/stac/catalog.json" });
});

test("a certificate by ACME lies in the site's state, whole in one file", () => {
  const of = (keys: string) => siteOf({ "sites/a.yaml": hpc("a", 443, `${named}tls: {kind: acme${keys}}\n`) }, "a");
  const { url, certificate } = of("");
  const file = "state/base/acme/a.fed.example.pem";
  expect(url).toBe("https://a.fed.example");
  expect(certificate).toMatchObject({ certificate: file, key: file, host: "a.fed.example" });
  expect(certificate?.acme).toMatchObject({ server: "https://acme-v02.api.letsencrypt.org/directory", httpPort: 80 });
  const eab = { keyId: "k-1", hmacKeyFile: "/etc/a.hmac" };
  const keys = `, email: a@b.example, server: "https://ca.example/dir", httpPort: 8080, eab: ${JSON.stringify(eab)}`;
  const all = { email: "a@b.example", server: "https://ca.example/dir", httpPort: 8080, eab };
  expect(of(keys).certificate?.acme).toEqual(all);
});

test("an authority that is asked over HTTP, and a key in place of its file", () => {
  const of = (keys: string) => faultsOf({ "sites/a.yaml": hpc("a", 443, `${named}tls: {kind: acme, ${keys}}\n`) });
  expect(of('server: "http://ca.example/dir"')).toEqual([
    expect.stringContaining("schema tls.server: what an authority says must not be changed on the way"),
  ]);
  expect(of("eab: {keyId: k, hmacKey: c2VjcmV0}").join()).toContain("tls.eab");
  expect(of("eab: {keyId: k, hmacKeyFile: near.hmac}").join()).toContain("tls.eab.hmacKeyFile");
});

test("paths that are not absolute, and keys of the other kind", () => {
  const of = (tls: string) => faultsOf({ "sites/a.yaml": hpc("a", 9000, `${named}tls: {${tls}}\n`) }).length;
  expect(of("kind: files, certificate: a.pem, key: /etc/ssl/a.key")).toBe(1);
  expect(of("kind: files, certificate: /etc/ssl/a.pem")).toBe(1);
  expect(of("kind: ahead, key: /etc/ssl/a.key")).toBe(1);
});
