import { expect, test } from "vitest";
import { aws, faultsOf, hpc, ofCluster, siteOf } from "../federation-of";

const bucket = (keys: string) => faultsOf({ "sites/a.yaml": hpc("a", 9000, `lake: {buckets: {b: {${keys}}}}\n`) });

test("an expiry on what is kept", () => {
  expect(bucket("purpose: library, expire: {days: 30}")).toEqual([
    "sites/a.yaml:7:40 expiry-is-scratch-only lake.buckets.b.expire: only scratch expires, and this bucket is library",
  ]);
  expect(bucket("purpose: persistent, expire: {days: 30}")).toHaveLength(1);
});

test("on scratch, or none", () => {
  expect(bucket("purpose: scratch, expire: {days: 30}")).toEqual([]);
  expect(bucket("purpose: scratch, expire: none")).toEqual([]);
  expect(bucket("purpose: library, expire: none")).toEqual([]);
});

test("where the centre deletes nothing expires by Isthmus, and nothing but scratch lies there", () => {
  const of = (keys: string) => hpc("a", 9000, `lake: {buckets: {b: {${keys}, expire: centre}}}\n`);
  const site = siteOf({ "sites/a.yaml": of("purpose: scratch, path: /p/scratch") }, "a");
  expect(site.buckets[0]).toMatchObject({ expireDays: null, centreExpires: true });
  expect(bucket("purpose: scratch, existing: old-data, path: /p/old, expire: centre")).toEqual([]);
  expect(bucket("purpose: library, expire: centre")).toEqual([
    "sites/a.yaml:7:48 expiry-is-scratch-only lake.buckets.b.expire: where a centre deletes by age is no place for a bucket that is library",
  ]);
});

test("scratch that existed before expires neither by default nor by wish", () => {
  const old = (keys: string) => ({
    "sites/a.yaml": hpc(
      "a",
      9000,
      `lake: {buckets: {old: {purpose: scratch, existing: old-data, path: /srv/old${keys}}}}\n`,
    ),
  });
  const site = siteOf(old(""), "a");
  expect(site.buckets[0]?.expireDays).toBe(null);
  expect(faultsOf(old(", expire: {days: 3}"))).toEqual([
    expect.stringContaining("nothing of an existing bucket is ever removed"),
  ]);
});

test("at a store: what is called scratch expires, nothing else", () => {
  const bucket = (purpose: string) =>
    ofCluster(`lake: {buckets: {x: {purpose: ${purpose}, existing: some-bucket, expire: {days: 7}}}}\n`);
  expect(bucket("scratch")).toEqual([]);
  expect(bucket("persistent")).toMatchObject([
    { path: "lake.buckets.x.expire", message: "only scratch expires, and this bucket is persistent", fix: "remove it" },
  ]);
});

test("on AWS, as anywhere: a bucket that exists is left alone", () => {
  const bucket = (keys: string) => faultsOf({ "sites/a.yaml": aws("a", "", `b: {${keys}, expire: {days: 3}}`) });
  expect(bucket("purpose: scratch")).toEqual([]);
  expect(bucket("purpose: scratch, existing: old-data")).toEqual([
    expect.stringContaining("nothing of an existing bucket is ever removed"),
  ]);
});
