import { expect, test } from "vitest";
import { ofCluster, plain } from "../federation-of";

const buckets = (closed: string) =>
  `lake: {buckets: {own: {purpose: persistent, existing: own-b}, lib: {purpose: library, existing: lib-b, public: true}${closed}}}\n`;
const closed = ", drafts: {purpose: library, existing: drafts-b}";
const github = "auth: {kind: github, client: {id: c, secret: {env: S}}}, allow: {users: [ann]}, expires: 2199-01-01";
const hub = (keys: string, more = closed, rest = "") => ofCluster(`${buckets(more)}hubs: {prod: {${keys}}}\n${rest}`);

test("the store's one key in the hands of people for whom nobody vouches", () => {
  expect(hub(github)).toMatchObject([
    {
      code: "store-keys",
      line: 9,
      path: "hubs.prod.buckets.own",
      message: "to write own, its users would have the store's one key, which opens all of drafts",
      fix: "write buckets: {own: none}",
    },
  ]);
  const data = `datasets: {sst: {${plain}, bucket: lib, path: sst, publishers: [prod]}}\n`;
  expect(hub(`${github}, buckets: {own: none}`, closed, data)).toMatchObject([
    {
      path: "datasets.sst.publishers[0]",
      message: "to publish, its users would have the store's one key, which opens all of drafts",
    },
  ]);
});

test("the same key in the hands of whoever has a password, where others keep their files", () => {
  const hubs = (rights: string, other: string) =>
    ofCluster(
      `${buckets("")}hubs: {ws: {auth: {kind: sharedPassword, password: {env: P}}, expires: 2199-01-01, buckets: {${rights}}}${other}}\n`,
    );
  expect(hubs("", ", prod: {expires: 2199-01-01}")).toMatchObject([
    {
      path: "hubs.ws.buckets.own",
      message: "to write own, its users would have the store's one key, which opens all of own",
    },
  ]);
  expect(hubs("own: none", ", prod: {expires: 2199-01-01}")).toEqual([]);
  expect(hubs("", "")).toEqual([]);
});

test("no key, nothing closed, or people of the federation", () => {
  expect(hub(`${github}, buckets: {own: none}`)).toEqual([]);
  expect(hub(github, "")).toEqual([]);
  expect(hub("expires: 2199-01-01")).toEqual([]);
});
