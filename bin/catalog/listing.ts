import { z } from "zod";
import { ReadFailure } from "./http";

/** An object as a store lists it. */
export interface Listed {
  readonly key: string;
  readonly bytes: number;
  /** Of equal bytes in equal parts it is equal, where S3 encrypts by its own keys; of Google's own lists it is the checksum (CRC32C). */
  readonly etag: string;
}

/** A page of a store's answer; undefined where there is no such bucket. */
export type Fetch = (url: string) => Promise<Uint8Array | undefined>;

/**
 * Lists a bucket that anybody lists, in the order of the keys' bytes, as S3 does: a thousand objects a request, and never all at once.
 *
 * @param bucket its URL, without a slash at the end
 * @throws ReadFailure where there is none, or the answer is no list
 */
export async function* listed(get: Fetch, bucket: string, prefix: string): AsyncGenerator<Listed> {
  for (let token: string | undefined = ""; token !== undefined; ) {
    const query = new URLSearchParams({ "list-type": "2", "encoding-type": "url", prefix });
    if (token !== "") query.set("continuation-token", token);
    const url = `${bucket}/?${query}`;
    const answer = await get(url);
    if (!answer) throw new ReadFailure(url, "no such bucket", "bring its site up");
    const page = Buffer.from(answer).toString("utf8");
    if (!page.includes("<ListBucketResult"))
      throw new ReadFailure(url, "answered something else than a list", "check the store's address");
    for (const [, object = ""] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) yield parsed(object);
    token = page.includes("<IsTruncated>true<") ? field(page, "NextContinuationToken") : undefined;
  }
}

/**
 * Lists a bucket of Google Cloud Storage that anybody lists, by Google's own API: an object that was put together there has another
 * ETag at each place that it is copied to, and the same checksum. In the order of the keys' bytes too.
 *
 * @param bucket its URL, without a slash at the end: https://storage.googleapis.com/NAME
 * @throws ReadFailure where there is none, or the answer is no list
 */
export async function* listedByGoogle(get: Fetch, bucket: string, prefix: string): AsyncGenerator<Listed> {
  const { origin, pathname } = new URL(bucket);
  for (let token: string | undefined = ""; token !== undefined; ) {
    const query = new URLSearchParams({ fields: "nextPageToken,items(name,size,crc32c)", maxResults: "1000", prefix });
    if (token !== "") query.set("pageToken", token);
    const url = `${origin}/storage/v1/b${pathname}/o?${query}`;
    const answer = await get(url);
    if (!answer) throw new ReadFailure(url, "no such bucket", "bring its site up");
    const page = googlePage(url, Buffer.from(answer).toString("utf8"));
    for (const { name, size, crc32c } of page.items ?? []) yield { key: name, bytes: Number(size), etag: crc32c };
    token = page.nextPageToken;
  }
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/list */
const googleList = z.object({
  nextPageToken: z.string().optional(),
  items: z.array(z.object({ name: z.string(), size: z.string(), crc32c: z.string() })).optional(),
});

function googlePage(url: string, text: string): z.infer<typeof googleList> {
  const page = googleList.safeParse(parsedJson(text));
  if (!page.success) throw new ReadFailure(url, "answered something else than a list", "check the store's address");
  return page.data;
}

/** Undefined where it is none. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsed(object: string): Listed {
  const key = decodeURIComponent(field(object, "Key").replaceAll("+", " "));
  return { key, bytes: Number(field(object, "Size")), etag: field(object, "ETag").replaceAll('"', "") };
}

function field(text: string, name: string): string {
  const value = new RegExp(`<${name}>(.*?)</${name}>`, "s").exec(text)?.[1] ?? "";
  return value.replaceAll("&quot;", '"').replaceAll("&#34;", '"').replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}
