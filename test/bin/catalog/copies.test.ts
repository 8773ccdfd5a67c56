import { afterAll, beforeAll, expect, test } from "vitest";
import { compareCopy } from "../../../bin/catalog/copies";
import { readObject } from "../../../bin/catalog/http";
import { Checks } from "../../../bin/verify/check";
import { verifyCopies } from "../../../bin/verify/copies";
import { copiesOf, fetchedCopies } from "../../../config/resolve/mirrors";
import { aws, google, hpc, load, plain } from "../../config/federation-of";
import { type ListServer, serveLists, type Told } from "./list-server";

const original: Told[] = [
  ["d/.zmetadata", 9, "e1"],
  ["d/a b+c/0.0", 4, "e2-3"],
  ["d/t/0", 4, "e3"],
  ["d/é", 1, "e4"],
  ["d2/other", 1, "e9"],
];

let lists: ListServer;
beforeAll(async () => {
  lists = await serveLists({
    original,
    same: [...original.slice(0, 4), ["z", 1, "e"]],
    less: [original[0], original[3]] as Told[],
    more: [["d/.a", 1, "e"], ...original.slice(0, 4), ["d/zz", 1, "e"]],
    resized: original.map(([key, bytes, etag]) => [key, bytes + (key === "d/t/0" ? 1 : 0), etag]),
    "other-parts": original.map(([key, bytes, etag]) => [key, bytes, etag.replace("-3", "-4")]),
    marked: [["d/", 0, "e"], ...original.slice(0, 4)],
    none: [],
  });
});
afterAll(() => lists.close());

const compared = (to: string, from = "original") => compareCopy(readObject, lists.copy("rhine", from, to));

test("a copy with the same keys, sizes and ETags is whole, page by page; what lies beside it does not matter", async () => {
  const { manifest } = (await compared("same")) as { manifest: object };
  expect(manifest).toEqual({ objects: 4, bytes: 18, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(lists.asked.filter((url) => url.startsWith("/same/"))).toHaveLength(2);
});

test("what is missing, too many, of another size or ETag is counted, with the first one's key", async () => {
  const differs = async (to: string) => ((await compared(to)) as { differs: string }).differs;
  expect(await differs("less")).toBe("of 4 objects, 2 missing, the first d/a b+c/0.0");
  expect(await differs("more")).toBe("of 4 objects, 2 too many, the first d/.a");
  expect(await differs("none")).toBe("of 4 objects, 4 missing, the first d/.zmetadata");
  const other = "with another size or ETag (other content, or the same uploaded in other parts)";
  expect(await differs("resized")).toBe(`of 4 objects, 1 ${other}, d/t/0`);
  expect(await differs("other-parts")).toBe(`of 4 objects, 1 ${other}, d/a b+c/0.0`);
});

test("objects that an original has no more, and marks of folders, do not matter where nothing leads to them", async () => {
  const copy = lists.copy("rhine", "original", "more");
  expect(await compareCopy(readObject, { ...copy, mayHold: true })).toMatchObject({ manifest: { objects: 4 } });
  expect(await compared("marked")).toMatchObject({ manifest: { objects: 4 } });
});

test("what Google copied is compared by its own lists, page by page", async () => {
  const by = (to: string, from = "original") =>
    compareCopy(readObject, lists.copy("rhine", from, to, "transfer")) as Promise<Record<string, unknown>>;
  expect(await by("same")).toEqual(await compared("same"));
  expect(lists.asked.filter((url) => url.startsWith("/storage/v1/b/same/o?"))).toHaveLength(2);
  expect((await by("less")).differs).toBe("of 4 objects, 2 missing, the first d/a b+c/0.0");
  expect((await by("more")).differs).toBe("of 4 objects, 2 too many, the first d/.a");
  expect((await by("other-parts")).differs).toBe("of 4 objects, 1 with another size or checksum, d/a b+c/0.0");
  expect(await by("none", "none")).toEqual({ differs: "the original has no objects" });
  await expect(by("nowhere")).rejects.toThrow(/\/b\/nowhere\/o\?.*: no such bucket; bring its site up$/);
  const page = async () => Buffer.from("<html>");
  await expect(compareCopy(page, lists.copy("rhine", "original", "same", "transfer"))).rejects.toThrow(
    /answered something else than a list/,
  );
});

test("an empty original has no whole copy, and a bucket that is not there is no empty one", async () => {
  expect(await compared("none", "none")).toEqual({ differs: "the original has no objects" });
  await expect(compared("nowhere")).rejects.toThrow(/\/nowhere\/\?list-type=2.*: no such bucket; bring its site up$/);
});

test("the manifest is another one when an object is", async () => {
  const sums = await Promise.all(["original", "resized", "other-parts"].map((name) => compared(name, name)));
  expect(new Set(sums.map((sum) => ("manifest" in sum ? sum.manifest.sha256 : ""))).size).toBe(3);
});

test("a computing centre's copy is at its own S3 endpoint, and may hold more only where it is versioned", () => {
  const at = (kind: string) =>
    `datasets: {a-d: {title: D, kind: ${kind}, license: other, bucket: l, path: d, mirrors: {h: {bucket: c, every: 2w}}}}\n`;
  const told = (kind: string) => {
    const { federation } = load({
      "sites/a.yaml": aws("a", at(kind), "l: {purpose: library, public: true}"),
      "sites/h.yaml": hpc("h", 9000, "lake: {buckets: {c: {purpose: library, public: true}}}\n"),
    });
    if (!federation) throw new Error("not valid");
    const [fetched] = fetchedCopies(federation);
    expect(fetched).toMatchObject({ everySeconds: 1_209_600, prefix: "d/" });
    return copiesOf(federation).get("a-d")?.[0];
  };
  const url = "http://127.0.0.1:9001/fed-h-c";
  expect(told("zarr")).toMatchObject({ site: "h", by: "site", mayHold: false, to: url, https: `${url}/d` });
  expect(told("icechunk")).toMatchObject({ mayHold: true });
});

const lake = (site: string, mirrors: string) =>
  aws(site, `datasets: {${site}-d: {${plain}, bucket: l, path: d${mirrors}}}\n`, "l: {purpose: library, public: true}");

test("a copy on Google Cloud is told as Google's clients spell it", () => {
  const data = `datasets: {a-d: {${plain}, bucket: l, path: d, mirrors: {b: {bucket: l}}}}\n`;
  const { federation } = load({
    "sites/a.yaml": google("a", data, "l: {purpose: library, public: true}"),
    "sites/b.yaml": google("b", 'projectNumber: "210987654321"\n', "l: {purpose: library, public: true}"),
  });
  const at = (site: string) => `https://storage.googleapis.com/fed-${site}-l`;
  expect([...copiesOf(federation as NonNullable<typeof federation>)]).toMatchObject([
    [
      "a-d",
      [
        {
          ...{ site: "b", by: "transfer", mayHold: false, from: at("a"), to: at("b"), prefix: "d/" },
          ...{ https: `${at("b")}/d`, uri: "gs://fed-b-l/d", place: { scheme: "gs", region: "us-central1" } },
        },
      ],
    ],
  ]);
});

test("copies are where the config says", () => {
  const files = {
    "sites/a.yaml": lake("a", ", mirrors: {b: {bucket: l}}"),
    "sites/b.yaml": lake("b", "").replace("path: d", "path: e"),
  };
  const { federation } = load(files);
  if (!federation) throw new Error("not valid");
  const at = (site: string) => `https://fed-${site}-l.s3.us-west-2.amazonaws.com`;
  expect([...copiesOf(federation)]).toMatchObject([
    ["a-d", [{ site: "b", from: at("a"), to: at("b"), prefix: "d/", https: `${at("b")}/d`, uri: "s3://fed-b-l/d" }]],
  ]);
});

test("who copies is who is asked to copy again", async () => {
  const { federation } = load({ "sites/a.yaml": lake("a", "") });
  const [site] = federation?.sites ?? [];
  if (!federation || !site) throw new Error("not valid");
  const checks = new Checks(() => {});
  const all = (["s3", "transfer", "site"] as const).map((by) => lists.copy(`b-${by}`, "original", "less", by));
  await verifyCopies({ federation }, site, checks, AbortSignal.timeout(20_000), new Map([["a-d", all]]));
  const fixes = checks.all.map((check) => (check as { readonly fix?: string }).fix);
  expect(fixes).toEqual(
    ["S3 Batch Replication", "gcloud transfer jobs run JOB", "isthmus status tells how b-site"].map((way) =>
      expect.stringMatching(new RegExp(`${way}.*; then isthmus catalog record$`)),
    ),
  );
});

test("verify tells a copy that has drifted, and what to do", async () => {
  const { federation } = load({ "sites/a.yaml": lake("a", "") });
  const [site] = federation?.sites ?? [];
  if (!federation || !site) throw new Error("not valid");
  const checks = new Checks(() => {});
  const copies = new Map([["a-d", ["same", "less", "nowhere"].map((to) => lists.copy(to, "original", to))]]);
  await verifyCopies({ federation }, site, checks, AbortSignal.timeout(20_000), copies);
  expect(checks.all).toMatchObject([
    { name: "the copy of a-d at same is whole", state: "ok", detail: "4 objects, 18 bytes, the same at both" },
    {
      state: "failed",
      detail: expect.stringContaining("2 missing"),
      fix: expect.stringContaining("Batch Replication"),
    },
    {
      state: "failed",
      detail: expect.stringContaining("no such bucket"),
      fix: "isthmus up nowhere, then isthmus up a",
    },
  ]);
});
