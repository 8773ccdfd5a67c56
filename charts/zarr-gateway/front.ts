import { datasetLocations, datasetMaps } from "./datasets";
import { dataLines, location, unsatisfiable } from "./headers";
import type { GatewayProps } from "./input";

/** A front, wherever it runs: what comes before `http`, where it listens, its pages, its datasets. */
export interface FrontProps {
  /** Lines of nginx's main context. */
  readonly main: readonly string[];
  readonly listen: string;
  /** Directory with `portal.html` and `catalog/`, relative to nginx's prefix. */
  readonly pages: string;
  readonly gateway: GatewayProps & { readonly cacheBytes: number };
  /** Lines of the server beside those of pages and datasets. */
  readonly more: readonly string[];
  /** Other servers. Default none. */
  readonly beside?: readonly string[];
}

/** The text of nginx's configuration. Every path in it is relative to nginx's prefix; those of includes, to the text's own place. */
export function front({ main, listen, pages, gateway, more, beside = [] }: FrontProps): string {
  const server = [
    listen,
    "absolute_redirect off;",
    location("= /healthz", ["default_type text/plain;", 'return 200 "ok\\n";']),
    portal(pages),
    ...["/stac/", "/intake/"].map((path) => catalog(path, pages)),
    ...datasetLocations(gateway),
    unsatisfiable,
    location("/", ["default_type text/plain;", 'return 404 "not found: / lists the hubs and datasets\\n";']),
    ...more,
  ];
  return `${main.join("\n")}
http {
${indented([...httpLines, ...datasetMaps(gateway), `server {\n${indented(server)}\n}`, ...beside])}
}
`;
}

/** Sizes and times that were measured: with tcp_nopush on, ranged answers stall for 40 ms at a time. */
const httpLines = [
  "access_log off; server_tokens off;",
  "sendfile on; tcp_nopush off; tcp_nodelay on; gzip off; keepalive_requests 100000;",
  "default_type application/octet-stream; types { }",
  "client_max_body_size 0; client_body_temp_path cache/body; proxy_temp_path cache/proxy;",
  "fastcgi_temp_path cache/fastcgi; uwsgi_temp_path cache/uwsgi; scgi_temp_path cache/scgi;",
  // Before the first map, or nginx refuses them: room for the links of a large federation's datasets.
  "map_hash_bucket_size 512; map_hash_max_size 16384;",
  'map $http_upgrade $connection_upgrade { default upgrade; "" close; }',
];

/** The portal: our own page, so a page of the origin, yet without scripts and frames. */
function portal(pages: string): string {
  return location("= /", [
    "default_type text/html; charset utf-8;",
    "add_header X-Content-Type-Options nosniff always;",
    "add_header Content-Security-Policy \"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\" always;",
    "add_header Cache-Control no-cache always;",
    `root ${pages};`,
    "try_files /portal.html =404;",
  ]);
}

function catalog(path: string, pages: string): string {
  return location(`^~ ${path}`, [
    ...dataLines,
    "types { application/json json; application/yaml yaml; }",
    `root ${pages}/catalog;`,
    "try_files $uri =404;",
  ]);
}

function indented(blocks: readonly string[]): string {
  return blocks
    .join("\n")
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
