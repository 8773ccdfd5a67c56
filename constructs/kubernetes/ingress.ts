import type { ResolvedClusterSite } from "../../config/resolve/cluster-site";
import type { IngressReach } from "./objects/hub-network";
import type { Platform } from "./platform";

type Site = Pick<ResolvedClusterSite, "id" | "ingressClass" | "tls">;

/** How a host of the site is reached from outside, and where its certificate comes from. */
export interface IngressOfHost {
  readonly class: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** The Secret with the host's certificate; null: one for all hosts, or TLS ends before the cluster. */
  readonly tlsSecret: string | null;
}

/** The class of the site's ingresses: Traefik's, which bears the site's name, or one that the cluster has. */
export function ingressClassOf(site: Site): string {
  return site.ingressClass ?? site.id;
}

/** How users' pods reach the ingress, and by it the site's data. */
export function ingressReach(site: Pick<ResolvedClusterSite, "ingressPods" | "ingressNetworks">): IngressReach {
  const { ingressPods: pods, ingressNetworks: networks } = site;
  return { pods: pods === "none" ? null : pods, networks };
}

/** The issuer of certificates: the site's own, or one that the cluster has. */
export function issuerOf(site: Site): string {
  return site.tls.kind === "issuer" ? site.tls.name : site.id;
}

/** Whether one wildcard certificate serves all hosts: the zone must be managed, and the ingress ours, which it is given to. */
export function hasWildcard(site: Site, platform: Pick<Platform, "managedZone">): boolean {
  return site.ingressClass === null && site.tls.kind === "acme" && platform.managedZone !== null;
}

/** @param name what the host's own certificate is named after */
export function ingressOf(site: Site, platform: Pick<Platform, "managedZone">, name: string): IngressOfHost {
  const ingressClass = ingressClassOf(site);
  if (site.tls.kind === "ahead") return { class: ingressClass, annotations: {}, tlsSecret: null };
  if (hasWildcard(site, platform))
    return {
      class: ingressClass,
      annotations: { "traefik.ingress.kubernetes.io/router.tls": "true" },
      tlsSecret: null,
    };
  return {
    class: ingressClass,
    annotations: { "cert-manager.io/cluster-issuer": issuerOf(site) },
    tlsSecret: `${name}-tls`,
  };
}
