import { expect, test } from "vitest";
import { eks, ofCluster, ofEks, ofGke } from "../federation-of";

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

test("a file system of AWS as well", () => {
  const efs = eks("a", { rest: "expires: 2199-01-01\n" }).replace("{size: 100Gi, quota: 10Gi}", "{kind: efs}");
  expect(ofEks(efs)).toEqual([
    expect.stringContaining("kept-homes homes.main: the site expires, and this file system would be kept"),
  ]);
});

test("somebody else's disk, or a site that stays", () => {
  expect(site("{kind: export, server: nfs.example, path: /homes}")).toEqual([]);
  expect(site(nfs, "")).toEqual([]);
});

test("the same of homes on Google Cloud", () => {
  expect(ofGke({ rest: "budget: none\nexpires: 2199-12-31\nhomes: {main: {size: 10Gi, quota: 1Gi}}\n" })).toEqual([
    expect.stringContaining("kept-homes homes.main: the site expires"),
  ]);
  expect(ofGke({ rest: "budget: none\nhomes: {main: {size: 10Gi, quota: 1Gi}}\n" })).toEqual([]);
  const filestore = (home: string) => ofGke({ rest: `budget: none\nexpires: 2199-12-31\nhomes: {main: ${home}}\n` });
  expect(filestore("{kind: filestore}")).toEqual([
    expect.stringContaining("kept-homes homes.main: the site expires, and this file system would be kept"),
  ]);
  expect(filestore("{kind: export, server: nfs.example, path: /homes}")).toEqual([]);
});
