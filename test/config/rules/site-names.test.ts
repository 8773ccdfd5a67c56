import { expect, test } from "vitest";
import { faultsOf, hpc } from "../federation-of";

const of = (keys: string) => faultsOf({ "sites/a.yaml": hpc("a", 9000, keys) });

test("TLS without a name, and a name without TLS", () => {
  expect(of("tls: {kind: ahead}\n")).toEqual([
    "sites/a.yaml:7:1 site-names tls: not said for which name, which all URLs of the site have",
  ]);
  expect(of("domain: a.fed.example\n")).toEqual([
    "sites/a.yaml:7:9 site-names domain: a name by which people outside find the site, and passwords would go there over HTTP",
  ]);
});

test("both, or none", () => {
  expect(of("domain: a.fed.example\ntls: {kind: ahead}\n")).toEqual([]);
  expect(of("domain: a.fed.example\ntls: {kind: files, certificate: /etc/a.pem, key: /etc/a.key}\n")).toEqual([]);
  expect(of("")).toEqual([]);
});
