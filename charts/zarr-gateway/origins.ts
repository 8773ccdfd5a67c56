import { isIP } from "node:net";
import { dataLines, jsonAnswer, location } from "./headers";
import { type GatewayProps, type Origin, word } from "./input";

type HttpOrigin = Extract<Origin, { kind: "http" }>;

/*
 * The first rule of both origins: an error of the store is never turned into "missing", because a missing chunk reads as
 * fill value.
 */

/** Which object is meant: a pattern of the path, and what of it follows the dataset's own place (`/$1`, or nothing). */
export interface Key {
  readonly pattern: string;
  readonly rest: "/$1" | "";
}

/**
 * Objects from a directory. nginx's handler of files tells "not there"
 * (404) from "not allowed" (403) and "cannot read" (500); `try_files` would make them all 404.
 */
export function directoryLines(key: Key, origin: Extract<Origin, { kind: "directory" }>): string[] {
  const [bucket, path] = [word(origin.bucket), word(origin.path)];
  return [
    "root buckets;",
    // A bucket may be a link to its directory; nothing below it may lead out.
    `disable_symlinks on from=$document_root/${bucket};`,
    "log_not_found off;",
    // A file system that is not mounted has no missing chunks.
    `if (!-d $document_root/${bucket}) { return 503; }`,
    `rewrite ${key.pattern} /${bucket}/${path}${key.rest};`,
    "if (-d $request_filename) { return 404; }",
    "error_page 404 @absent;",
    "break;",
  ];
}

/**
 * What a directory does not have, or only behind a link to a directory: nginx takes such a link for a path below a file, and a
 * variable that was moved to another disk would read as fill value. Here links are followed to tell the two apart; nothing is served.
 */
export const absent = location("@absent", [
  ...dataLines,
  "root buckets;",
  "if (-f $request_filename) { return 403; }",
  "return 404;",
]);

/**
 * Objects from a store by HTTP, which must answer 404 for what is missing; its errors pass as they are. Through a cache of whole
 * objects that are asked for again by ETag after half a minute: keeping chunks longer than metadata, or serving old ones while
 * the store is down, would mix a store that was published anew with its old chunks. Only what exists is kept.
 */
export function storeLines(key: Key, origin: HttpOrigin, verified: boolean): string[] {
  const store = new URL(word(origin.url));
  const path = store.pathname === "/" ? "" : store.pathname;
  const target = key.rest === "" ? word(store.pathname) : `${word(`${path}/`)}$1`;
  return [
    // The question mark drops the query: it is not part of the cache's key, and stores read it as a request for something else.
    `rewrite ${key.pattern} ${target}? break;`,
    `proxy_pass ${store.protocol}//${upstreamName(store)};`,
    "proxy_http_version 1.1;",
    ...nothingOfTheVisitor(store),
    ...(store.protocol === "https:" ? tls(store, verified) : []),
    "proxy_connect_timeout 10s; proxy_read_timeout 60s;",
    "proxy_intercept_errors on;",
    "error_page 301 302 303 307 308 =502 @redirected;",
    ...hidden.map((name) => `proxy_hide_header ${name};`),
    `proxy_ignore_headers ${ignored.join(" ")};`,
    "proxy_buffer_size 16k; proxy_buffers 32 128k; proxy_busy_buffers_size 1m; proxy_max_temp_file_size 0;",
    "proxy_force_ranges on;",
    "proxy_cache gateway;",
    `proxy_cache_key "${word(store.origin)}$uri";`,
    "proxy_cache_valid 200 30s;",
    "proxy_cache_lock on;",
    "proxy_cache_revalidate on;",
  ];
}

function tls({ hostname }: URL, verified: boolean): string[] {
  const named = `proxy_ssl_server_name on; proxy_ssl_name ${word(hostname)};`;
  return verified ? [named, "proxy_ssl_verify on; proxy_ssl_verify_depth 5;"] : [named];
}

function upstreamName({ protocol, hostname, port }: URL): string {
  return `store-${word(hostname)}-${port || (protocol === "https:" ? 443 : 80)}`;
}

/** One for each store: connections are kept, and a name that cannot be resolved is this store's failure, not the site's. */
function upstreams({ datasets, machineConf }: GatewayProps): string[] {
  const stores = datasets.flatMap(({ origin }) => (origin.kind === "http" ? [new URL(word(origin.url))] : []));
  const made = stores.map((store): [string, string] => {
    const name = upstreamName(store);
    // A name without a dot is in the machine's hosts file or search domains, which nginx reads only when it starts.
    const atStart = machineConf === undefined || isIP(store.hostname) !== 0 || !store.hostname.includes(".");
    const resolve = atStart ? "" : " resolve";
    const server = `${word(store.hostname)}:${name.slice(name.lastIndexOf("-") + 1)}`;
    return [name, `upstream ${name} { zone ${name} 64k; server ${server}${resolve}; keepalive 16; }`];
  });
  return [...new Map(made).values()];
}

/** Cookies, tokens, a body, a wish for compression: none of a visitor's is the store's business, nor may it colour what is cached. */
function nothingOfTheVisitor(store: URL): string[] {
  return [
    "proxy_pass_request_headers off; proxy_pass_request_body off;",
    `proxy_set_header Host ${word(store.host)};`,
    "proxy_set_header User-Agent isthmus-zarr-gateway;",
    "proxy_set_header Accept-Encoding identity;",
    'proxy_set_header Connection ""; proxy_set_header Content-Length ""; proxy_set_header Transfer-Encoding "";',
  ];
}

/** Headers of a store that would act on this site's origin, or contradict what the gateway says itself. */
const hidden = [
  ...["Set-Cookie", "Clear-Site-Data", "Refresh", "Location", "Link", "WWW-Authenticate", "Alt-Svc"],
  ...["Service-Worker-Allowed", "Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options"],
  ...["NEL", "Report-To", "Reporting-Endpoints", "Content-Disposition", "Content-Type"],
  ...["Cache-Control", "Expires", "Retry-After", "Vary"],
  ...["Origin", "Methods", "Headers", "Credentials"].map((what) => `Access-Control-Allow-${what}`),
  ...["Access-Control-Expose-Headers", "Access-Control-Max-Age"],
];

/** Headers by which an upstream gives orders to nginx: a store may not, least of all a redirect into a hub. */
const ignored = [
  ...["X-Accel-Redirect", "X-Accel-Expires", "X-Accel-Limit-Rate", "X-Accel-Buffering", "X-Accel-Charset"],
  ...["Expires", "Cache-Control", "Set-Cookie", "Vary"],
];

/** Where a store redirects: its visitors would leave the site, and readers would take a sign-in page for a chunk. */
export const redirected = location("@redirected", [
  ...dataLines,
  ...jsonAnswer(502, { error: "the store redirects: the config has to name the address that it redirects to" }),
]);

/** Where stores are, and the cache of their objects. */
export function storeMaps(props: GatewayProps, cacheBytes: number): string[] {
  const size = `max_size=${Math.ceil(cacheBytes / 2 ** 20)}m`;
  return [
    ...(props.machineConf === undefined ? [] : [`include ${word(props.machineConf)};`]),
    ...upstreams(props),
    `proxy_cache_path cache/zarr levels=1:2 keys_zone=gateway:20m ${size} inactive=7d use_temp_path=off;`,
  ];
}
