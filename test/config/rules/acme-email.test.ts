import { expect, test } from "vitest";
import { clusterYaml, faultsOf, federationYaml, hpc, ofCluster, userPool } from "../federation-of";

const byUrl = clusterYaml.replace("ops@fed.example", "https://fed.example/help");
const tls = (keys: string, top = byUrl) => ofCluster(keys === "" ? "" : `tls: {${keys}}\n`, userPool, top);

test("an authority that would warn nobody", () => {
  expect(tls("")).toMatchObject([
    {
      code: "acme-email",
      path: "tls",
      message: "the authority has no e-mail address to warn, and the federation's contact is a URL",
      fix: "write tls: {kind: acme, email: ADDRESS}",
    },
  ]);
  expect(tls("kind: acme")).toMatchObject([{ line: 8, path: "tls" }]);
});

test("an address, or another's certificates", () => {
  expect(tls("", clusterYaml)).toEqual([]);
  expect(tls("kind: acme, email: ops@fed.example")).toEqual([]);
  expect(tls("kind: issuer, name: campus-ca")).toEqual([]);
  expect(tls("kind: ahead, from: [10.1.0.7/32]")).toEqual([]);
});

test("an HPC site that gets its own certificate", () => {
  const site = (keys: string) => hpc("a", 443, `domain: a.fed.example\ntls: {kind: acme${keys}}\n`);
  const files = (keys: string, contact: string) => ({
    "federation.yaml": federationYaml.replace("ops@fed.example", contact),
    "sites/a.yaml": site(keys),
  });
  expect(faultsOf(files("", "https://fed.example/help"))).toEqual([
    "sites/a.yaml:8:1 acme-email tls: the authority has no e-mail address to warn, and the federation's contact is a URL",
  ]);
  expect(faultsOf(files(", email: ops@fed.example", "https://fed.example/help"))).toEqual([]);
  expect(faultsOf(files("", "ops@fed.example"))).toEqual([]);
});
