import { afterAll, beforeAll, expect, test } from "vitest";
import { compareCopy } from "../../bin/catalog/copies";
import { readObject } from "../../bin/catalog/http";
import { FakeGcs } from "../google/fake-gcs";

// What Google's Storage Transfer copied, compared by the lists of a real server of its API.

let gcs: FakeGcs;
beforeAll(async () => {
  gcs = await FakeGcs.start(true);
  for (const name of ["original", "copy"]) await asked("POST", "/storage/v1/b", { name });
}, 180_000);
afterAll(() => gcs?.stop());

async function asked(method: string, path: string, body?: object | string): Promise<{ readonly etag?: string }> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(gcs.url + path, { method, ...(body === undefined ? {} : { body: text }) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json().catch(() => ({}))) as { readonly etag?: string };
}

const put = (bucket: string, key: string, text: string) =>
  asked("POST", `/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(key)}`, text);
const at = (bucket: string, key: string) => `/storage/v1/b/${bucket}/o/${encodeURIComponent(key)}`;
const compared = (prefix = "air/") =>
  compareCopy(readObject, {
    ...{ from: `${gcs.url}/original`, to: `${gcs.url}/copy`, prefix, mayHold: false, by: "transfer" },
  });

test("more than one page of objects, with names as publishers give them, is whole once each is there", async () => {
  const keys = ["zarr.json", "t/c/0 0+%.é", ...Array.from({ length: 1100 }, (_, i) => `c/${i}`)].map(
    (key) => `air/${key}`,
  );
  for (const key of keys) await put("original", key, `of ${key}`);
  await put("original", "air2/zarr.json", "another dataset");
  expect(await compared()).toEqual({ differs: "of 1102 objects, 1102 missing, the first air/c/0" });
  for (const key of keys) await put("copy", key, `of ${key}`);
  expect(await compared()).toMatchObject({ manifest: { objects: 1102 } });
}, 120_000);

test("an object that was put together of parts is the same elsewhere in one piece", async () => {
  for (const part of ["one", "two"]) await put("original", `parts/${part}`, part);
  const sourceObjects = ["one", "two"].map((name) => ({ name: `parts/${name}` }));
  await asked("POST", `${at("original", "ice/data")}/compose`, { sourceObjects, destination: {} });
  await put("copy", "ice/data", "onetwo");
  expect(await compared("ice/")).toMatchObject({ manifest: { objects: 1, bytes: 6 } });
});

test("other content of the same size, and what the original has no more, are told", async () => {
  await put("copy", "air/c/7", "no air/c/7");
  expect(await compared()).toEqual({
    differs: "of 1102 objects, 1 with another size or checksum, air/c/7",
  });
  await put("copy", "air/c/7", "of air/c/7");
  await put("copy", "air/c/old", "x");
  expect(await compared()).toEqual({ differs: "of 1102 objects, 1 too many, air/c/old" });
  await asked("DELETE", at("copy", "air/c/old"));
  expect(await compared()).toMatchObject({ manifest: { objects: 1102 } });
});

test("a bucket that is not there is no empty one", async () => {
  await expect(
    compareCopy(readObject, {
      ...{ from: `${gcs.url}/original`, to: `${gcs.url}/gone`, prefix: "air/", mayHold: false, by: "transfer" },
    }),
  ).rejects.toThrow(/no such bucket/);
});
