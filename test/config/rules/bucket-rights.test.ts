import { expect, test } from "vitest";
import { clusterYaml, hpc, hubOf, kubernetes, load, mainHome, ofHub, plain } from "../federation-of";

const files = (rights: string) => ({
  "sites/a.yaml": hpc(
    "a",
    9000,
    `lake: {buckets: {scratch: {purpose: scratch}, pub: {purpose: library, public: true}, own: {purpose: library}}}\nhubs: {prod: {ports: 9010, buckets: {${rights}}}}\n`,
  ),
});
const faults = (rights: string) => load(files(rights)).faults;

test("a right on a bucket that is not there", () => {
  expect(faults("scratsh: read")).toMatchObject([
    {
      code: "bucket-rights",
      line: 8,
      col: 38,
      path: "hubs.prod.buckets.scratsh",
      message: "the site has no such bucket",
      allowed: "scratch, pub, own",
      fix: 'did you mean "scratch"?',
    },
  ]);
});

test("writing a library", () => {
  expect(faults("pub: write")).toMatchObject([
    {
      path: "hubs.prod.buckets.pub",
      message: "nobody writes a whole library",
      got: "write",
      allowed: "read, none",
      fix: "name prod in `publishers` of the datasets that it writes",
    },
  ]);
});

test("reading a library that is not public, with a shared password", () => {
  expect(faults("own: read")).toMatchObject([
    {
      message:
        "this library is not public, and nobody of the federation vouches for people who sign in by sharedPassword",
      allowed: "none",
      fix: "remove it",
    },
  ]);
});

test("rights that may be given, and the defaults", () => {
  const rights = (told: string) =>
    Object.fromEntries(hubOf(files(told), "a", "prod").buckets.map((b) => [b.id, b.right]));
  expect(rights("")).toEqual({ scratch: "write", pub: "read" });
  expect(rights("scratch: read, pub: none, own: none")).toEqual({ scratch: "read" });
});

test("people of GitHub and a library that is not public", () => {
  const github = "auth: {kind: github, client: {id: c, secret: {env: S}}}, allow: {users: [ann]}";
  const lake = "lake: {buckets: {own: {purpose: library, existing: own-b}}}\n";
  const read = (auth: string) =>
    ofHub(`${auth}buckets: {own: read}`, undefined, lake).filter((f) => f.code === "bucket-rights");
  expect(read(`${github}, `)).toMatchObject([{ path: "hubs.prod.buckets.own", allowed: "none" }]);
  expect(read("")).toEqual([]);
});

test("a library whose data are for others: no hub of the site reads it unless it publishes", () => {
  const lake = (access: string) =>
    `lake: {buckets: {own: {purpose: library, existing: own-b}}}\ndatasets: {d: {${plain}, bucket: own, path: p, access: ${access}}}\n`;
  const read = (keys: string, access: string) =>
    ofHub(keys, undefined, lake(access)).filter((f) => f.code === "bucket-rights");
  expect(read("buckets: {own: read}", "{groups: [snow]}")).toMatchObject([
    {
      path: "hubs.prod.buckets.own",
      message: "its datasets are for others: their access names groups, or not this site",
    },
  ]);
  expect(read("buckets: {own: read}", "{sites: [a]}")).toEqual([]);
  const rights = (access: string) => {
    const site = kubernetes("a", `${mainHome}hubs: {prod: {}}\n${lake(access)}`);
    return load({ "federation.yaml": clusterYaml, "sites/a.yaml": site }).federation?.sites[0]?.hubs[0]?.buckets;
  };
  expect(rights("{sites: [a]}")).toMatchObject([{ id: "own", right: "read" }]);
  expect(rights("{groups: [snow]}")).toEqual([]);
});
