import { quoted } from "./input";

/** What a browser may send and see across origins. Repeated in each location: one `add_header` there drops all inherited ones. */
const cors = [
  "add_header Access-Control-Allow-Origin * always;",
  'add_header Access-Control-Allow-Methods "GET, HEAD, OPTIONS" always;',
  'add_header Access-Control-Allow-Headers "Range, Authorization, If-None-Match, If-Modified-Since" always;',
  'add_header Access-Control-Expose-Headers "Content-Length, Content-Range, ETag, Accept-Ranges, Last-Modified, Link, Retry-After" always;',
  "add_header Access-Control-Max-Age 86400 always;",
];

/** Data may share an origin with hubs: whatever a user put into a bucket is never run as a page of that origin. */
const inert = [
  "add_header X-Content-Type-Options nosniff always;",
  "add_header Content-Security-Policy \"default-src 'none'; sandbox\" always;",
];

/** Bytes are asked for again by ETag; a store that was published anew is never mixed with its old chunks. */
const revalidate = ["add_header Cache-Control no-cache always;"];

/** When to come back after a failure: as the store behind says, else soon. */
const again = ["add_header Retry-After $gateway_retry_after always;"];

/** Read-only: GET, HEAD and preflight; one range at a time (more are answered whole); no `.` or `..` part, however it is spelled. */
const readOnly = [
  "add_header Allow $gateway_allow always;",
  String.raw`if ($request_uri ~* "^[^?]*(/|%2f|%5c|\\\\)(\.|%2e)(\.|%2e)?(/|%2f|%5c|\\\\|\?|$)") { return 400; }`,
  "if ($request_method !~ ^(GET|HEAD|OPTIONS)$) { return 405; }",
  "if ($request_method = OPTIONS) { return 204; }",
  "max_ranges 1;",
  "error_page 416 @unsatisfiable;",
];

/** For a range beyond the end nginx goes over its headers twice, and browsers refuse `Access-Control-Allow-Origin: *, *`. Here they are kept as they are. */
export const unsatisfiable = location("@unsatisfiable", ["return 416;"]);

/** Lines of every location with data or catalog pages in it. */
export const dataLines: readonly string[] = [...cors, ...inert, ...revalidate, ...again, ...readOnly];

/**
 * Types of what a data path serves: metadata is JSON, everything else is bytes, HTML included. By a header, since nginx's `types`
 * see no suffix in `.zarray`, and a store's own word for an object may come from whoever wrote it.
 */
export const dataTypes: readonly string[] = ["add_header Content-Type $gateway_type;", 'default_type ""; types { }'];

/** The type of a dataset that is one file, by its kind. A header for the same reasons. */
export function fileType(type: string): string[] {
  return [`add_header Content-Type ${quoted(type)};`, 'default_type ""; types { }'];
}

/** What those locations need in nginx's `http` block. */
export const headerMaps: readonly string[] = [
  'map $status $gateway_soon { default ""; 429 2; 502 2; 503 2; 504 2; }',
  'map $upstream_http_retry_after $gateway_retry_after { default $upstream_http_retry_after; "" $gateway_soon; }',
  'map $status $gateway_allow { default ""; 405 "GET, HEAD, OPTIONS"; }',
  String.raw`map $uri $gateway_type { default application/octet-stream; "~\.(json|zarray|zattrs|zgroup|zmetadata)$" application/json; }`,
];

/** A location with its lines. */
export function location(match: string, lines: readonly string[]): string {
  return `location ${match} {\n${lines.map((l) => `  ${l}`).join("\n")}\n}`;
}

/** Lines of an answer in JSON. Its words are constants or have passed {@link word}: nginx has no way to write `$`. */
export function jsonAnswer(status: number, body: object): string[] {
  const text = JSON.stringify(body);
  if (/['\\$]/.test(text)) throw new Error(`not a text for nginx: ${text}`);
  return ["default_type application/json;", `return ${status} '${text}';`];
}
