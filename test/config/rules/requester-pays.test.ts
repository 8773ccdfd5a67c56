import { expect, test } from "vitest";
import { aws, eks, faultsOf, ofEks, plain } from "../federation-of";

const buckets = (text: string) => faultsOf({ "sites/a.yaml": aws("a", "", text) });

test("a bucket whose readers pay is a library, and not a public one", () => {
  expect(buckets("l: {purpose: library, requesterPays: true}, m: {purpose: scratch, requesterPays: false}")).toEqual(
    [],
  );
  expect(buckets("l: {purpose: library, public: true, requesterPays: true}")).toEqual([
    "sites/a.yaml:6:69 requester-pays lake.buckets.l.requesterPays: anybody reads a public bucket, and who has no account cannot pay",
  ]);
  expect(buckets("s: {purpose: scratch, requesterPays: true}")).toEqual([
    "sites/a.yaml:6:55 requester-pays lake.buckets.s.requesterPays: nobody of another account reads a scratch bucket",
  ]);
});

test("a site that would pay, and no hub that reads for it", () => {
  const reads = "readsRequesterPays: true\n";
  expect(ofEks(eks("a", { rest: reads }))).toEqual([]);
  const github = "auth: {kind: github, client: {id: c, secret: {env: S}}}, allow: {users: [ann]}";
  const closed = eks("a", { rest: reads }).replace("allow: {idps: [one.example]}", github);
  expect(ofEks(closed)).toEqual([expect.stringContaining("requester-pays readsRequesterPays: no hub of the site")]);
  expect(faultsOf({ "sites/a.yaml": aws("a", reads) })).toEqual([
    expect.stringContaining('"readsRequesterPays" has no meaning without a cluster'),
  ]);
});

test("a dataset for a site of another account that does not pay", () => {
  const data = `datasets: {d: {${plain}, bucket: l, path: p, access: {sites: [a, b]}}}\n`;
  const lake = eks("a", { rest: data }).replace("l: {purpose: library}", "l: {purpose: library, requesterPays: true}");
  const other = (rest: string) => eks("b", { rest }).replace("111122223333", "444455556666");
  const found = (site: string) => ofEks(lake, { "sites/b.yaml": site });
  expect(found(other("readsRequesterPays: true\n"))).toEqual([]);
  expect(found(eks("b"))).toEqual([]);
  expect(found(other(""))).toEqual([
    expect.stringContaining(
      "readable datasets.d.access.sites[1]: hubs of b could not read it: its readers pay, and that site does not",
    ),
  ]);
});
