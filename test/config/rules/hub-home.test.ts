import { expect, test } from "vitest";
import { ofCluster } from "../federation-of";

const hub = (homes: string, home = "") =>
  ofCluster(`homes: {${homes}}\nhubs: {prod: {cull: {idleMinutes: 60}${home}}}\n`);
const nfs = "{size: 100Gi, quota: 10Gi}";

test("a home that is not there", () => {
  expect(hub(`main: ${nfs}`, ", home: mian")).toMatchObject([
    {
      code: "hub-home",
      line: 9,
      path: "hubs.prod.home",
      message: "the site has no such home file system",
      got: "mian",
      allowed: "main, none",
      fix: 'did you mean "main"?',
    },
  ]);
});

test("several, and none is named", () => {
  expect(hub(`main: ${nfs}, old: ${nfs}`)).toMatchObject([
    {
      path: "hubs.prod",
      message: "the site has several home file systems, and the hub does not say which",
      allowed: "main, old, none",
      fix: "write home: main, or another",
    },
  ]);
});

test("the only one, one of them, none", () => {
  expect(hub(`main: ${nfs}`)).toEqual([]);
  expect(hub(`main: ${nfs}, old: ${nfs}`, ", home: old")).toEqual([]);
  expect(hub(`main: ${nfs}, old: ${nfs}`, ", home: none, expires: 2199-01-01")).toEqual([]);
});
