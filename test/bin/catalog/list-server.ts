import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { DatasetCopy } from "../../../config/resolve/mirrors";

/** An object of a bucket: its key, size and ETag. */
export type Told = readonly [key: string, bytes: number, etag: string];

export interface ListServer {
  /** A copy in bucket `to` of what is in bucket `from`, below `d/`. */
  copy(site: string, from: string, to: string, by?: DatasetCopy["by"]): DatasetCopy;
  /** Requests so far. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Two keys of a bucket's page, and where the next begins. */
function pageOf(
  all: readonly Told[],
  prefix: string,
  first: number,
): { objects: readonly Told[]; next: number | null } {
  const below = all.filter(([key]) => key.startsWith(prefix));
  return { objects: below.slice(first, first + 2), next: first + 2 < below.length ? first + 2 : null };
}

function asS3({ objects, next }: ReturnType<typeof pageOf>): string {
  const contents = objects.map(([key, bytes, etag]) => {
    const spelled = encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+");
    return `<Contents><Key>${spelled}</Key><ETag>&quot;${etag}&quot;</ETag><Size>${bytes}</Size></Contents>`;
  });
  const token = next === null ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`;
  return `<?xml version="1.0"?>\n<ListBucketResult xmlns="x"><IsTruncated>${next !== null}</IsTruncated>${token}${contents.join("")}</ListBucketResult>`;
}

/** Of an empty list Google tells nothing. */
function asGoogle({ objects, next }: ReturnType<typeof pageOf>): string {
  const items = objects.map(([name, bytes, crc32c]) => ({ name, size: String(bytes), crc32c }));
  return JSON.stringify({
    ...(items.length > 0 ? { items } : {}),
    ...(next === null ? {} : { nextPageToken: String(next) }),
  });
}

/**
 * Answers `ListObjectsV2` of buckets by path, two keys a page, as S3 spells it, and `objects.list` as Google does, for which an object's
 * third word is its checksum; 404 for a bucket that is not there.
 */
export async function serveLists(buckets: Readonly<Record<string, readonly Told[]>>): Promise<ListServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    asked.push(`${pathname}?${searchParams}`);
    const [, atGoogle] = /^\/storage\/v1\/b\/([^/]+)\/o$/.exec(pathname) ?? [];
    const all = buckets[atGoogle ?? pathname.slice(1, -1)];
    if (!all) return void response.writeHead(404).end("<Error><Code>NoSuchBucket</Code></Error>");
    const token = searchParams.get(atGoogle === undefined ? "continuation-token" : "pageToken");
    const page = pageOf(all, searchParams.get("prefix") ?? "", Number(token ?? 0));
    response.end(atGoogle === undefined ? asS3(page) : asGoogle(page));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    copy: (site, from, to, by = "s3") => ({
      ...{ site, institution: `Institute ${site}`, prefix: "d/", from: `${url}/${from}`, to: `${url}/${to}` },
      ...{ by, mayHold: false },
      place: { bucket: to, endpoint: url, region: "us-east-1", pathStyle: true },
      ...{ uri: `s3://${to}/d`, https: `${url}/${to}/d` },
    }),
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
