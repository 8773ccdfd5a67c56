import { expect, test } from "vitest";
import { clusterYaml, ofCluster, userPool } from "../federation-of";

const without = clusterYaml.replace("  site: {storageClass: disks}\n", "");
const homes = (home: string, rest = "") => ofCluster(`homes: {main: ${home}}\n${rest}`, userPool, without);

test("a disk of whatever class is the default that day", () => {
  expect(homes("{size: 100Gi, quota: 10Gi}")).toMatchObject([
    {
      code: "home-class",
      line: 8,
      path: "homes.main",
      message: "no storage class is named for the disk of these homes",
      fix: "write storageClass: NAME here or for the site",
    },
  ]);
});

test("a class of its own, the site's, or no disk of ours", () => {
  expect(homes("{size: 100Gi, quota: 10Gi, storageClass: slow}")).toEqual([]);
  expect(homes("{size: 100Gi, quota: 10Gi}", "storageClass: fast\n")).toEqual([]);
  expect(homes("{kind: export, server: nfs.example, path: /homes}")).toEqual([]);
});
