import { expect, test } from "vitest";
import { clusterYaml, ofCluster, userPool } from "../federation-of";

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
