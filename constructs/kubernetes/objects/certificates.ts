import type { KubeObject } from "./object";

export interface IssuerProps {
  /** Name of the ClusterIssuer: the site's. */
  readonly name: string;
  /** Whom the authority warns. */
  readonly email: string;
  /** The ACME authority's directory. */
  readonly server: string;
  /** How the site proves that a host is its own. */
  readonly solver: object;
}

/** An issuer of certificates by ACME, for the site's namespaces. */
export function acmeIssuer({ name, email, server, solver }: IssuerProps): KubeObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name },
    spec: { acme: { email, server, privateKeySecretRef: { name: `${name}-acme-account` }, solvers: [solver] } },
  };
}

/**
 * A proof by a page of the host itself, which its ingress serves for a moment from the host's own namespace: without ports of
 * nodes, of which a hub has none.
 *
 * @param place where the pod with the page runs
 */
export function byPage(ingressClass: string, place: object): object {
  return {
    http01: {
      ingress: { ingressClassName: ingressClass, serviceType: "ClusterIP", podTemplate: { spec: place } },
    },
  };
}

export interface ZoneProof {
  /** HOST:PORT of the zone's primary server. */
  readonly nameserver: string;
  readonly keyName: string;
  readonly algorithm: "hmac-sha256" | "hmac-sha512";
  readonly secret: { readonly name: string; readonly key: string };
}

/** A proof by a record in the zone: the only one that an authority takes for a wildcard. */
export function byRecord({ nameserver, keyName, algorithm, secret }: ZoneProof): object {
  const tsigAlgorithm = algorithm === "hmac-sha256" ? "HMACSHA256" : "HMACSHA512";
  return { dns01: { rfc2136: { nameserver, tsigKeyName: keyName, tsigAlgorithm, tsigSecretSecretRef: secret } } };
}

/** The same in a hosted zone of Route 53; cert-manager is known by its service account. */
export function byHostedZone(zone: string, region: string): object {
  return { selector: { dnsZones: [zone] }, dns01: { route53: { region } } };
}

/** The same in a zone of Cloud DNS. */
export function byCloudDns(project: string, hostedZoneName: string): object {
  return { dns01: { cloudDNS: { project, hostedZoneName } } };
}

/** One certificate for the portal, the data and every hub, however many there are. */
export function wildcardCertificate(issuer: string, namespace: string, domain: string): KubeObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: wildcardSecret, namespace },
    spec: {
      secretName: wildcardSecret,
      dnsNames: [domain, `*.${domain}`],
      issuerRef: { kind: "ClusterIssuer", name: issuer },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    },
  };
}

/** The Secret of the wildcard certificate. */
export const wildcardSecret = "wildcard-tls";
