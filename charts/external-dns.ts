import type { ResolvedPool } from "../config/resolve/pools";
import { corePool, placeOf } from "./place";

export interface ExternalDnsProps {
  readonly pools: readonly ResolvedPool[];
  /** Who owns the records, so that no other site's or federation's are touched: `<federation>-<site>`. */
  readonly owner: string;
  /** Records below this domain only. */
  readonly domain: string;
  /** The class of the ingresses whose hosts get records. */
  readonly ingressClass: string;
  /** Annotations of its service account that bind it to a role of the cloud. */
  readonly identity: Readonly<Record<string, string>>;
  readonly zone: UpdatedZone | HostedZone | CloudDnsZone;
}

/** A hosted zone of Route 53; the program is known by its service account, `external-dns`. */
interface HostedZone {
  readonly kind: "route53";
  readonly region: string;
}

/** A zone of Cloud DNS; the program is known by its service account. */
interface CloudDnsZone {
  readonly kind: "cloudDns";
  readonly project: string;
  /** The zone's name, which is not its domain. */
  readonly zone: string;
}

/** Dynamic updates (RFC 2136) of a zone, signed by a key (TSIG). */
interface UpdatedZone {
  readonly kind: "rfc2136";
  readonly host: string;
  readonly port: number;
  readonly zone: string;
  readonly keyName: string;
  readonly algorithm: "hmac-sha256" | "hmac-sha512";
  /** Secret of the namespace with the key, and which of its keys that is. */
  readonly secret: { readonly name: string; readonly key: string };
}

/** The service account, which roles trust. */
export const externalDnsName = "external-dns";

/** Values of the `external-dns` chart: records for the hosts of the site's ingresses, gone with them. */
export function externalDnsValues({ pools, owner, domain, ingressClass, identity, zone }: ExternalDnsProps) {
  const { provider, extraArgs, env } = inZone(zone);
  return {
    fullnameOverride: externalDnsName,
    provider: { name: provider },
    serviceAccount: {
      name: externalDnsName,
      ...(Object.keys(identity).length > 0 ? { annotations: identity } : {}),
    },
    sources: ["ingress"],
    policy: "sync",
    registry: "txt",
    txtOwnerId: owner,
    domainFilters: [domain],
    extraArgs: [`--ingress-class=${ingressClass}`, ...extraArgs],
    env,
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    ...placeOf(corePool(pools)),
  };
}

function inZone(zone: ExternalDnsProps["zone"]) {
  if (zone.kind === "rfc2136") return byUpdates(zone);
  return zone.kind === "route53" ? byRoute53(zone) : byCloudDns(zone);
}

function byUpdates({ host, port, zone, keyName, algorithm, secret }: UpdatedZone) {
  return {
    provider: "rfc2136",
    extraArgs: [
      `--rfc2136-host=${host}`,
      `--rfc2136-port=${port}`,
      `--rfc2136-zone=${zone}`,
      `--rfc2136-tsig-keyname=${keyName}`,
      `--rfc2136-tsig-secret-alg=${algorithm}`,
      // Its own records are read by zone transfer: without it nothing that goes would be removed.
      "--rfc2136-tsig-axfr",
    ],
    env: [
      {
        name: "EXTERNAL_DNS_RFC2136_TSIG_SECRET",
        valueFrom: { secretKeyRef: { name: secret.name, key: secret.key } },
      },
    ],
  };
}

/** Of the zones with the name only the public one: others answer inside networks. */
function byRoute53({ region }: HostedZone) {
  const env = [{ name: "AWS_DEFAULT_REGION", value: region }];
  return { provider: "aws", extraArgs: ["--aws-zone-type=public"], env };
}

/** Of all zones of the project this one, by its name. */
function byCloudDns({ project, zone }: CloudDnsZone) {
  return { provider: "google", extraArgs: [`--google-project=${project}`, `--zone-id-filter=${zone}`], env: [] };
}
