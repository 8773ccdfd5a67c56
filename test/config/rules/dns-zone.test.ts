import { expect, test } from "vitest";
import { ofCluster } from "../federation-of";

const zone = (name: string) =>
  ofCluster(`dns: {kind: rfc2136, server: ns1.fed.example, zone: ${name}, keyName: k, key: {env: D}}\n`);

test("a zone that does not hold the site's domain", () => {
  expect(zone("other.example")).toMatchObject([
    {
      code: "dns-zone",
      line: 8,
      path: "dns.zone",
      message: "the site's domain, a.fed.example, does not lie in this zone",
      got: "other.example",
      fix: "name the zone that holds the domain",
    },
  ]);
  expect(zone("ed.example")).toHaveLength(1);
});

test("one that does", () => {
  expect(zone("fed.example")).toEqual([]);
  expect(zone("a.fed.example")).toEqual([]);
});
