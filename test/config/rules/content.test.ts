import { expect, test } from "vitest";
import { ofCluster } from "../federation-of";

const buckets =
  "lake: {buckets: {own: {purpose: persistent, existing: own-b}, tmp: {purpose: scratch, existing: tmp-b, expire: {days: 7}}, lib: {purpose: library, existing: lib-b, public: true}}}\n";
const hub = (keys: string, rest = "") => ofCluster(`${buckets}hubs: {prod: {${keys}}}\n${rest}`);
const saveTo = (bucket: string, keys = "") => hub(`home: none, content: {saveTo: ${bucket}}${keys}`);

test("files saved where they do not stay", () => {
  expect(saveTo("onw")).toMatchObject([
    {
      code: "content",
      line: 9,
      path: "hubs.prod.content.saveTo",
      message: "the site has no such bucket",
      got: "onw",
      allowed: "own",
      fix: 'did you mean "own"?',
    },
  ]);
  expect(saveTo("tmp")).toMatchObject([{ message: "what lies there goes after 7 days" }]);
  expect(saveTo("lib")).toMatchObject([{ message: "a library has no place for each user" }]);
  expect(saveTo("own", ", buckets: {own: read}")).toMatchObject([{ message: "the hub may not write there" }]);
  expect(saveTo("own", ", buckets: {own: none}")).toMatchObject([{ message: "the hub may not write there" }]);
  expect(saveTo("own")).toEqual([]);
});

test("files saved beside a home that keeps them", () => {
  expect(hub("content: {saveTo: own}", "homes: {main: {size: 100Gi, quota: 10Gi}}\n")).toMatchObject([
    {
      path: "hubs.prod.content.saveTo",
      message: "files lie in the home main already; what is brought back at start could be older",
      fix: "remove it, or write home: none",
    },
  ]);
});

test("a branch", () => {
  const content = (keys: string) => hub(`expires: 2199-01-01, content: {${keys}}`);
  expect(content("branch: main")).toMatchObject([
    { path: "hubs.prod.content.branch", message: "a branch without a repository", fix: "write git: URL, or remove it" },
  ]);
  expect(content('git: "https://git.example/course", branch: main')).toEqual([]);
});
