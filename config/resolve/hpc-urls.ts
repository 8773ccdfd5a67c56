import type { HpcSiteConfig } from "../schema/site";

/** A URL's host from an address to listen on. */
export function hostOf(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** A certificate on the site's machine. */
export interface ResolvedCertificate {
  readonly certificate: string;
  readonly key: string;
  /** The name that it must be for. */
  readonly host: string;
}

/** Where an HPC site listens, and by which URLs it is reached. */
export function resolveUrls(site: HpcSiteConfig, address: string | undefined) {
  const { listen, tls, domain } = site;
  const own = tls?.kind === "files";
  // Who has a certificate means people outside: on every address, unless one is told.
  const host = listen.host ?? (own ? "0.0.0.0" : (address ?? "127.0.0.1"));
  const name = domain ?? hostOf(host);
  const port = (of: number) => (own && of === 443 ? "" : `:${of}`);
  const plain = `http://${hostOf(host)}:${listen.port}`;
  const url = { files: `https://${name}${port(listen.port)}`, ahead: `https://${name}`, none: plain }[
    tls?.kind ?? "none"
  ];
  const endpoint = own ? `https://${name}${port(listen.port + 1)}` : `http://${hostOf(host)}:${listen.port + 1}`;
  const certificate: ResolvedCertificate | null =
    tls?.kind === "files" ? { certificate: tls.certificate, key: tls.key, host: name } : null;
  return { listen: { host, port: listen.port }, url, endpoint, certificate, tlsAhead: tls?.kind === "ahead" };
}
