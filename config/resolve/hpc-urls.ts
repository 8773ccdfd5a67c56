import type { HpcSiteConfig } from "../schema/site";
import { acmeAuthority } from "./acme";

/** A URL's host from an address to listen on. */
export function hostOf(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/** A certificate on the site's machine: files by absolute paths, or from the site's root where it keeps them itself. */
export interface ResolvedCertificate {
  readonly certificate: string;
  readonly key: string;
  /** The name that it must be for. */
  readonly host: string;
  /** From whom the site gets it, into these files; null where somebody else writes them. */
  readonly acme: ResolvedAcme | null;
}

/** An authority that gives the site its certificate, which the site proves its name to by HTTP-01. */
export interface ResolvedAcme {
  readonly server: string;
  readonly email: string | null;
  /** Where port 80 of the name leads. */
  readonly httpPort: number;
  /** An account with the authority that exists already. */
  readonly eab?: { readonly keyId: string; readonly hmacKeyFile: string };
}

/** Where an HPC site listens, and by which URLs it is reached. */
export function resolveUrls(site: HpcSiteConfig, contact: string, address: string | undefined) {
  const { listen, tls, domain } = site;
  const own = tls?.kind === "files" || tls?.kind === "acme";
  // Who has a certificate means people outside: on every address, unless one is told.
  const host = listen.host ?? (own ? "0.0.0.0" : (address ?? "127.0.0.1"));
  const name = domain ?? hostOf(host);
  const port = (of: number) => (own && of === 443 ? "" : `:${of}`);
  const plain = `http://${hostOf(host)}:${listen.port}`;
  const direct = `https://${name}${port(listen.port)}`;
  const url = { files: direct, acme: direct, ahead: `https://${name}`, none: plain }[tls?.kind ?? "none"];
  const endpoint = own ? `https://${name}${port(listen.port + 1)}` : `http://${hostOf(host)}:${listen.port + 1}`;
  const certificate = certificateOf(tls, name, contact);
  return { listen: { host, port: listen.port }, url, endpoint, certificate, tlsAhead: tls?.kind === "ahead" };
}

function certificateOf(tls: HpcSiteConfig["tls"], host: string, contact: string): ResolvedCertificate | null {
  switch (tls?.kind) {
    case "files":
      return { certificate: tls.certificate, key: tls.key, host, acme: null };
    case "acme": {
      // In the site's state: one file with both, so that a renewed pair is in place at once.
      const file = `state/base/acme/${host}.pem`;
      const { httpPort = 80, eab } = tls;
      return {
        certificate: file,
        key: file,
        host,
        acme: { ...acmeAuthority(contact, tls), httpPort, ...(eab ? { eab } : {}) },
      };
    }
    default:
      return null;
  }
}
