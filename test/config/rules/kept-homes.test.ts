import { expect, test } from "vitest";
import { ofCluster } from "../federation-of";

const site = (home: string, expires = "expires: 2199-01-01\n") => ofCluster(`${expires}homes: {main: ${home}}\n`);
const nfs = "{size: 100Gi, quota: 10Gi}";

test("a disk that outlives a site that ends", () => {
  expect(site(nfs)).toMatchObject([
    {
      code: "kept-homes",
      line: 9,
      path: "homes.main",
      message: "the site expires, and this disk would be kept",
      fix: "write `expires` on its hubs instead, or use an export or home: none",
    },
  ]);
});

test("somebody else's disk, or a site that stays", () => {
  expect(site("{kind: export, server: nfs.example, path: /homes}")).toEqual([]);
  expect(site(nfs, "")).toEqual([]);
});
