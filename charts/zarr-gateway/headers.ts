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

/** Read-only: GET, HEAD and preflight; no redirects; one range at a time (more are answered whole). */
const readOnly = [
  "if ($request_method !~ ^(GET|HEAD|OPTIONS)$) { return 405; }",
  "if ($request_method = OPTIONS) { return 204; }",
  "max_ranges 1;",
];

/** Lines of every location with data or catalog pages in it. */
export const dataLines: readonly string[] = [...cors, ...inert, ...revalidate, ...readOnly];

/** Types of what a data path serves: metadata is JSON, everything else is bytes, HTML included. */
export const dataTypes: readonly string[] = [
  "default_type application/octet-stream;",
  "types { application/json json zarray zattrs zgroup zmetadata; }",
];

/** A location with its lines. */
export function location(match: string, lines: readonly string[]): string {
  return `location ${match} {\n${lines.map((l) => `  ${l}`).join("\n")}\n}`;
}

/** Lines of an answer in JSON. `body` has no `"` unescaped for nginx's single quotes. */
export function jsonAnswer(status: number, body: object): string[] {
  const text = JSON.stringify(body).replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("$", "");
  return ["default_type application/json;", `return ${status} '${text}';`];
}
