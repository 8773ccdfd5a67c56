import { expect, test } from "vitest";
import { faultsOf, hpc } from "../federation-of";

const at = (host: string, hubs = "hubs: {prod: {ports: 9010}}\n") =>
  faultsOf({ "sites/a.yaml": hpc("a", 9000, hubs).replace("{port", `{host: "${host}", port`) });

test("an address that others can reach", () => {
  for (const host of ["192.168.1.5", "10.0.0.1", "128.0.0.1", "fe80::1"])
    expect(at(host), host).toEqual([
      "sites/a.yaml:6:16 shared-password-loopback listen.host: others can reach this address, and the password of prod is shared",
    ]);
});

test("this machine, with a portal of others before it", () => {
  const portal = "domain: a.fed.example\ntls: {kind: ahead}\n";
  expect(faultsOf({ "sites/a.yaml": hpc("a", 9000, `${portal}hubs: {prod: {ports: 9010}}\n`) })).toEqual([
    "sites/a.yaml:8:1 shared-password-loopback tls: people reach the site at https://a.fed.example, and the password of prod is shared",
  ]);
  expect(faultsOf({ "sites/a.yaml": hpc("a", 9000, portal) })).toEqual([]);
});

test("this machine only, or no hub", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) expect(at(host), host).toEqual([]);
  expect(at("192.168.1.5", "")).toEqual([]);
});

test("every address is not an address for URLs", () => {
  for (const host of ["0.0.0.0", "::", "999.1.1.1", "example.org"])
    expect(at(host), host).toEqual(["sites/a.yaml:6:16 schema listen.host: not one address"]);
});
