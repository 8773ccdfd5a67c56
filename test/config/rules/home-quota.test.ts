import { expect, test } from "vitest";
import { ofCluster, ofGke } from "../federation-of";

const homes = (quota: string) => ofCluster(`homes: {main: {size: 100Gi, quota: ${quota}}}\n`);

test("a quota that holds nobody back", () => {
  expect(homes("1Ti")).toMatchObject([
    {
      code: "home-quota",
      line: 8,
      path: "homes.main.quota",
      message: "one user's quota is no less than the whole disk",
      got: "1Ti",
      allowed: "less than 100Gi",
      fix: "lower it, or raise size",
    },
  ]);
  expect(homes("100Gi")).toHaveLength(1);
});

test("one that does; where it cannot be enforced, none can be written", () => {
  expect(homes("10Gi")).toEqual([]);
  const exported = (quota: string) =>
    ofCluster(`homes: {main: {kind: export, server: nfs.example, path: /homes${quota}}}\n`);
  expect(exported("")).toEqual([]);
  expect(exported(", quota: 10Gi")).toMatchObject([{ code: "schema", path: "homes.main.quota" }]);
});

test("the same of homes on Google Cloud", () => {
  expect(ofGke({ rest: "budget: none\nhomes: {main: {size: 10Gi, quota: 10Gi}}\n" })).toEqual([
    expect.stringContaining("home-quota homes.main.quota: one user's quota is no less"),
  ]);
  expect(ofGke({ rest: "budget: none\nhomes: {main: {size: 10Gi, quota: 1Gi}}\n" })).toEqual([]);
});
