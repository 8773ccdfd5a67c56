import { expect, test } from "vitest";
import { faultsOf, hpc, kubernetes } from "../federation-of";

const of = (domain: string, tls = "kind: acme, email: ops@fed.example") =>
  faultsOf({ "sites/a.yaml": hpc("a", 443, `domain: ${domain}\ntls: {${tls}}\n`) });

test("names that the public DNS does not have, for Let's Encrypt", () => {
  expect(of("login.cluster.internal")).toEqual([
    "sites/a.yaml:7:9 acme-names domain: the public DNS has no such name, so Let's Encrypt gives no certificate for it",
  ]);
  for (const name of ["a.local", "a.home.arpa", "a.centre.lan"]) expect(of(name), name).toHaveLength(1);
  expect(faultsOf({ "sites/a.yaml": kubernetes("a", "").replace(/domain: \S+/, "domain: a.internal") })).toHaveLength(
    1,
  );
});

test("not for an authority of one's own, nor for public names that end alike", () => {
  expect(of("a.internal", 'kind: acme, email: ops@fed.example, server: "https://ca.centre.example/dir"')).toEqual([]);
  for (const name of ["a.fed.example", "local.fed.example", "notlocal.org"]) expect(of(name), name).toEqual([]);
});
