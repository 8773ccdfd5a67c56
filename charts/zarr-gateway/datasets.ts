import { dataLines, dataTypes, jsonAnswer, location } from "./headers";
import {
  type ForeignDataset,
  type GatewayDataset,
  type GatewayProps,
  gatewayPaths,
  type Origin,
  pattern,
  word,
} from "./input";

/** Names that a store's own tools use; nobody's data. Zarr v2's metadata are the only dot files that are served. */
const hidden = String.raw`if ($uri ~ "/\.(?!z(array|attrs|group|metadata)$)") { return 404; }`;

/** Location blocks of the gateway: one shape of URL, whatever the origin. Longest prefix wins, so order does not matter. */
export function datasetLocations(props: GatewayProps): string[] {
  return [
    ...props.datasets.flatMap(own),
    ...props.foreign.flatMap(foreign),
    ...gatewayPaths.map((path) =>
      location(path, [
        ...dataLines,
        ...jsonAnswer(404, { error: "no such dataset here", catalog: "/stac/catalog.json" }),
      ]),
    ),
  ];
}

function own(dataset: GatewayDataset): string[] {
  const at = word(dataset.at);
  // Without it nginx would answer the path without its slash with a redirect, which some range clients do not follow.
  const bare = location(`= ${at}`, [
    ...dataLines,
    ...jsonAnswer(404, { error: `a store, not an object: ask for ${at}/KEY` }),
  ]);
  const { origin } = dataset;
  if (origin.kind === "directory") return [bare, location(`^~ ${at}/`, directoryLines(at, origin))];
  return [bare, location(`^~ ${at}/`, proxyLines(at, origin.url))];
}

function directoryLines(at: string, origin: Extract<Origin, { kind: "directory" }>): string[] {
  const [bucket, path] = [word(origin.bucket), word(origin.path)];
  return [
    ...dataLines,
    ...dataTypes,
    hidden,
    "root buckets;",
    // A bucket may be a link to its directory; nothing below it may lead out.
    `disable_symlinks on from=$document_root/${bucket};`,
    `rewrite "^${pattern(at)}/(.*)$" /${bucket}/${path}/$1 break;`,
    "try_files $uri =404;",
  ];
}

/**
 * Through the cache of whole objects, asked for again by ETag after half a minute: longer for chunks than for metadata
 * would mix a store that was published anew with its old chunks. Only what exists is cached: a stale 404 would turn a store's failure into "missing",
 * which readers take for fill values. The store's own errors pass as they are.
 */
function proxyLines(at: string, url: string): string[] {
  const { origin, host, pathname } = new URL(word(url));
  const path = pathname === "/" ? "" : pathname;
  return [
    ...dataLines,
    "default_type application/octet-stream;",
    "add_header Retry-After $gateway_retry_after always;",
    hidden,
    `rewrite "^${pattern(at)}/(.*)$" ${word(`${path}/`)}$1 break;`,
    `proxy_pass ${word(origin)};`,
    "proxy_http_version 1.1;",
    'proxy_set_header Connection "";',
    `proxy_set_header Host ${word(host)};`,
    // Nothing that a visitor sends to this origin is the store's business.
    'proxy_set_header Cookie "";',
    'proxy_set_header Authorization "";',
    "proxy_pass_request_body off;",
    ...(origin.startsWith("https:") ? ["proxy_ssl_server_name on;"] : []),
    ...["Set-Cookie", "Cache-Control", "Expires", "Retry-After", ...corsOfStore].map((h) => `proxy_hide_header ${h};`),
    "proxy_ignore_headers Set-Cookie Vary Cache-Control Expires X-Accel-Expires;",
    "proxy_buffer_size 16k; proxy_buffers 32 128k; proxy_busy_buffers_size 1m; proxy_max_temp_file_size 0;",
    "proxy_force_ranges on;",
    "proxy_cache gateway;",
    `proxy_cache_key "${word(origin)}$uri";`,
    "proxy_cache_valid 200 30s;",
    "proxy_cache_lock on;",
    "proxy_cache_revalidate on;",
    "proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;",
  ];
}

const corsOfStore = ["Origin", "Methods", "Headers", "Credentials"]
  .map((h) => `Access-Control-Allow-${h}`)
  .concat(["Access-Control-Expose-Headers", "Access-Control-Max-Age"]);

/** A pointer instead of a redirect: both hops of a redirect would need CORS, and some range clients break on them. */
function foreign({ id, at, url }: ForeignDataset): string[] {
  const lines = [
    ...dataLines,
    `add_header Link '<${word(url)}>; rel="alternate"' always;`,
    ...jsonAnswer(404, { error: `dataset ${word(id)} is served elsewhere`, url }),
  ];
  return [location(`= ${word(at)}`, lines), location(`^~ ${word(at)}/`, lines)];
}
