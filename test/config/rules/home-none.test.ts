import { expect, test } from "vitest";
import { ofCluster, userPool } from "../federation-of";

const store = "lake: {buckets: {own: {purpose: persistent, existing: own-bucket}}}\n";
const hub = (keys: string, rest = "") => ofCluster(`${store}hubs: {prod: {${keys}}}\n${rest}`, userPool);

test("no home, and a server that is gone after an hour", () => {
  const said = {
    code: "home-none",
    line: 9,
    path: "hubs.prod.home",
    message: "the hub has no home, and a server is stopped after 60 idle minutes with all that its user made",
    fix: "write content.saveTo, a home, expires, or cull.idleMinutes: 960 or more",
  };
  expect(hub("home: none")).toMatchObject([said]);
  expect(hub("")).toMatchObject([said]);
  // What is cloned at start brings back nobody's work.
  expect(hub('content: {git: "https://git.example/course"}')).toMatchObject([said]);
});

test("a server that is stopped by its age before", () => {
  expect(hub("cull: {idleMinutes: 960, maxAgeHours: 8}")).toMatchObject([
    { message: "the hub has no home, and a server is stopped after 480 idle minutes with all that its user made" },
  ]);
});

test("files that are saved, wait overnight, have a home, or are said to last no longer", () => {
  expect(hub("home: none, content: {saveTo: own}")).toEqual([]);
  expect(hub("home: none, cull: {idleMinutes: 960}")).toEqual([]);
  expect(hub("", "homes: {main: {size: 100Gi, quota: 10Gi}}\n")).toEqual([]);
  expect(hub("home: none, expires: 2199-01-01")).toEqual([]);
  expect(hub("home: none", "expires: 2199-01-01\n")).toEqual([]);
});
