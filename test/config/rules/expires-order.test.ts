import { expect, test } from "vitest";
import { faultsOf, hpc, hubOf, ofCluster, siteOf } from "../federation-of";

const files = (site: string, hub: string) => ({
  "sites/a.yaml": hpc(
    "a",
    9000,
    `timezone: Asia/Tokyo\n${site && `expires: ${site}\n`}hubs: {prod: {ports: 9010, expires: ${hub}}}\n`,
  ),
});

test("a hub that would end after its site", () => {
  expect(faultsOf(files("2030-05-01", "2030-05-02"))).toEqual([
    "sites/a.yaml:9:37 expires-order hubs.prod.expires: the hub would end at 2030-05-02T15:00:00Z, after its site, which ends at 2030-05-01T15:00:00Z",
  ]);
  expect(faultsOf(files("2030-05-01", "2030-05-01T23:59:00-05:00"))).toHaveLength(1);
});

test("before it, with it, or a site that does not end", () => {
  expect(faultsOf(files("2030-05-01", "2030-05-01"))).toEqual([]);
  expect(faultsOf(files("", "2030-05-02"))).toEqual([]);
  expect(siteOf(files("2030-05-01", "2030-04-01"), "a").expires).toBe("2030-05-01T15:00:00Z");
  expect(hubOf(files("", "2030-05-02T10:00:00Z"), "a", "prod").expires).toBe("2030-05-02T10:00:00Z");
});

test("a hub of a site on Kubernetes", () => {
  const site = (hub: string) => ofCluster(`expires: 2198-01-01\nhubs: {prod: {expires: ${hub}}}\n`);
  expect(site("2199-01-01")).toMatchObject([{ code: "expires-order", line: 9, path: "hubs.prod.expires" }]);
  expect(site("2197-01-01")).toEqual([]);
});
