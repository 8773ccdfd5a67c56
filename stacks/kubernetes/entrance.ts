import { certManagerValues } from "../../charts/cert-manager";
import { externalDnsValues } from "../../charts/external-dns";
import { charts } from "../../charts/pins";
import { corePool, placeOf } from "../../charts/place";
import { traefikValues } from "../../charts/traefik";
import { hasWildcard, ingressClassOf, issuerOf } from "../../constructs/kubernetes/ingress";
import {
  acmeIssuer,
  byCloudDns,
  byHostedZone,
  byPage,
  byRecord,
  wildcardCertificate,
  wildcardSecret,
} from "../../constructs/kubernetes/objects/certificates";
import type { ManagedZone, Platform, SecretObject, Service, UpdatedZone } from "../../constructs/kubernetes/platform";

/** The Secret with the zone's key, and which of its keys that is. */
const zoneKey = { name: "zone-key", key: "key" } as const;

/** Secrets that the zone's programs need. */
export function zoneSecrets({ managedZone }: Platform): SecretObject[] {
  return managedZone?.kind === "rfc2136" ? [{ name: zoneKey.name, data: { [zoneKey.key]: managedZone.key } }] : [];
}

/** Traefik, unless the cluster has an ingress. */
export const traefik: Service = ({ site, platform, chart }) => {
  const { tls } = site;
  if (site.ingressClass !== null) return;
  if (tls.kind === "ahead" && tls.from === undefined) throw new Error(`${site.id}: not said who ends TLS`);
  chart("traefik", {
    name: `${site.id}-traefik`,
    chart: charts.traefik,
    skipCrds: true, // ours are there, the same with and without it
    values: traefikValues({
      class: ingressClassOf(site),
      pools: site.pools,
      namespace: site.servicesNamespace,
      ahead: tls.kind === "ahead" ? (tls.from ?? null) : null,
      annotations: platform.entranceAnnotations,
      certificate: hasWildcard(site, platform) ? wildcardSecret : null,
    }),
  });
};

/** cert-manager with the site's issuer, unless the cluster has one or TLS ends before it. */
export const certificates: Service = ({ site, platform, chart, objects }) => {
  const { tls, servicesNamespace: namespace } = site;
  if (tls.kind !== "acme") return;
  if (tls.email === null) throw new Error(`${site.id}: nobody to warn about certificates`);
  const { managedZone } = platform;
  const solver = managedZone ? inZone(managedZone) : byPage(ingressClassOf(site), placeOf(corePool(site.pools)));
  const issuer = issuerOf(site);
  chart("cert-manager", {
    name: "cert-manager",
    chart: charts.certManager,
    values: certManagerValues({
      pools: site.pools,
      namespace,
      identity: managedZone && "annotations" in managedZone ? managedZone.annotations.certManager : {},
    }),
  });
  objects("certificates", [
    acmeIssuer({ name: issuer, email: tls.email, server: tls.server, solver }),
    ...(hasWildcard(site, platform) ? [wildcardCertificate(issuer, namespace, site.domain)] : []),
  ]);
};

/** Records of the site's hosts, where the zone is managed. */
export const externalDns: Service = ({ federation, site, platform, chart }) => {
  const { managedZone } = platform;
  if (!managedZone) return;
  chart("external-dns", {
    name: `${site.id}-external-dns`,
    chart: charts.externalDns,
    values: externalDnsValues({
      pools: site.pools,
      owner: `${federation.id}-${site.id}`,
      domain: site.domain,
      ingressClass: ingressClassOf(site),
      identity: "annotations" in managedZone ? managedZone.annotations.externalDns : {},
      zone:
        managedZone.kind === "rfc2136" ? { ...managedZone, ...serverOf(managedZone), secret: zoneKey } : managedZone,
    }),
  });
};

/** How the site proves its hosts by a record. */
function inZone(managed: ManagedZone): object {
  if (managed.kind === "route53") return byHostedZone(managed.zone, managed.region);
  if (managed.kind === "cloudDns") return byCloudDns(managed.project, managed.zone);
  const { host, port } = serverOf(managed);
  const { keyName, algorithm } = managed;
  return byRecord({ nameserver: `${host}:${port}`, keyName, algorithm, secret: zoneKey });
}

function serverOf({ server }: UpdatedZone) {
  const [host = "", port = "53"] = server.split(":");
  return { host, port: Number(port) };
}
