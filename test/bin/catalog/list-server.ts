import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { DatasetCopy } from "../../../config/resolve/mirrors";

/** An object of a bucket: its key, size and ETag. */
export type Told = readonly [key: string, bytes: number, etag: string];

export interface ListServer {
  /** A copy in bucket `to` of what is in bucket `from`, below `d/`. */
  copy(site: string, from: string, to: string): DatasetCopy;
  /** Requests so far. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Answers `ListObjectsV2` of buckets by path, two keys a page, as S3 spells it; 404 for a bucket that is not there. */
export async function serveLists(buckets: Readonly<Record<string, readonly Told[]>>): Promise<ListServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    asked.push(`${pathname}?${searchParams}`);
    const all = buckets[pathname.slice(1, -1)];
    if (!all) return void response.writeHead(404).end("<Error><Code>NoSuchBucket</Code></Error>");
    const below = all.filter(([key]) => key.startsWith(searchParams.get("prefix") ?? ""));
    const first = Number(searchParams.get("continuation-token") ?? 0);
    const objects = below.slice(first, first + 2).map(([key, bytes, etag]) => {
      const spelled = encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+");
      return `<Contents><Key>${spelled}</Key><ETag>&quot;${etag}&quot;</ETag><Size>${bytes}</Size></Contents>`;
    });
    const more = first + 2 < below.length;
    const next = more ? `<NextContinuationToken>${first + 2}</NextContinuationToken>` : "";
    response.end(
      `<?xml version="1.0"?>\n<ListBucketResult xmlns="x"><IsTruncated>${more}</IsTruncated>${next}${objects.join("")}</ListBucketResult>`,
    );
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    copy: (site, from, to) => ({
      ...{ site, institution: `Institute ${site}`, prefix: "d/", from: `${url}/${from}`, to: `${url}/${to}` },
      ...{ by: "s3", mayHold: false },
      place: { bucket: to, endpoint: url, region: "us-east-1", pathStyle: true },
      ...{ s3: `s3://${to}/d`, https: `${url}/${to}/d` },
    }),
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
