import { z } from "zod";
import { existingPool, labelKey, labelValue, tokenIssuer } from "./cluster";
import { clusterHub } from "./cluster-hub";
import { datasets } from "./dataset";
import { block, cidr, count, diskSize, email, id, named, none, secretRef, size, text, url } from "./fields";
import { home } from "./homes";
import { bucketName, bucketPurpose, expire, siteBase } from "./site-base";
import { siteState } from "./state";

const className = text(/^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/, "a Kubernetes name");
export const hostName = text(
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/,
  "a domain name: alps.pangeo.example",
);

const existingBucket = block({
  purpose: bucketPurpose,
  public: z
    .boolean()
    .optional()
    .describe("Anonymous read and list, which the store's owner has set up. Only for a library. Default false."),
  existing: bucketName.describe("The bucket's name in the store. Isthmus makes and removes no bucket here."),
  expire: expire.optional(),
});

const objectStore = block({
  endpoint: url.describe("The S3 API of the site's store, as pods and readers reach it."),
  region: z.string().min(1).optional().describe("Where the store needs one. Default us-east-1."),
  networks: z
    .array(cidr)
    .optional()
    .describe(
      "Private networks where the store is: users' pods reach no other private address. Default none: its address is public.",
    ),
  pathStyle: z.boolean().optional().describe("ENDPOINT/BUCKET/KEY (true) or BUCKET.ENDPOINT/KEY. Default true."),
  accessKey: secretRef.describe("Where the access key of the hubs' users is found: all users of the site share it."),
  secretKey: secretRef.describe("Where its secret is found."),
}).describe("The S3 store that holds the lake.");

export const tls = z
  .discriminatedUnion("kind", [
    block({
      kind: z.literal("acme").describe("acme: certificates from an ACME authority, renewed by cert-manager."),
      email: email
        .optional()
        .describe("Whom the authority warns. Default: the federation's contact, if it is an address."),
      server: url.optional().describe("The authority's directory. Default Let's Encrypt."),
    }),
    block({
      kind: z
        .literal("issuer")
        .describe(
          "issuer: a ClusterIssuer that the cluster has, with its cert-manager. If it proves hosts by HTTP-01, its Services are ClusterIP: hubs have no node ports.",
        ),
      name: className.describe("Its name."),
    }),
    block({
      kind: z
        .literal("ahead")
        .describe(
          "ahead: something before the cluster ends TLS and sets X-Forwarded-For and X-Forwarded-Proto; hosts are https all the same.",
        ),
      from: z
        .array(cidr)
        .min(1)
        .optional()
        .describe(
          "Addresses from which it reaches the cluster: Traefik believes these what they say of who asks, and nobody else. Required where Traefik is the ingress, refused elsewhere.",
        ),
    }),
  ])
  .describe("Certificates. Default acme.");

const dns = z
  .discriminatedUnion("kind", [
    block({ kind: z.literal("manual").describe("manual: people make the records; `isthmus status` lists them.") }),
    block({
      kind: z
        .literal("rfc2136")
        .describe("rfc2136: records by dynamic updates (BIND, Knot, PowerDNS), and one wildcard certificate."),
      server: text(/^[A-Za-z0-9.:-]+$/, "HOST or HOST:PORT").describe("The zone's primary server."),
      zone: hostName.describe("The zone; the site's domain lies in it."),
      keyName: text(/^[\w.-]+$/, "the key's name").describe("The TSIG key's name."),
      algorithm: z
        .enum(["hmac-sha256", "hmac-sha512"])
        .optional()
        .describe("The TSIG key's algorithm. Default hmac-sha256."),
      key: secretRef.describe("Where the TSIG key is found (base64)."),
    }),
  ])
  .describe("Who makes the site's host names. Default manual.");

const ingress = block({
  class: className
    .optional()
    .describe("An ingress class that the cluster has. Default: Traefik is installed, with a class of the site's name."),
  pods: z
    .union([
      none,
      block({
        namespace: className.describe("Their namespace."),
        select: named(labelKey, labelValue).optional().describe("Their labels. Default: all pods of the namespace."),
      }),
    ])
    .optional()
    .describe(
      "Pods of the cluster's ingress: what asks for its address inside the cluster is sent straight to them, so users' pods are let to them. `none`: it is outside the cluster. Required with `class`, refused without.",
    ),
  networks: z
    .array(cidr)
    .optional()
    .describe(
      "Private networks where the ingress' address is: users' pods reach no other private address. Default none: its address is public.",
    ),
}).describe("What takes requests in from outside.");

export const monitoring = z
  .union([
    none,
    block({
      retentionDays: count(1, 3650).optional().describe("Days that series are kept. Default 90."),
      size: diskSize.optional().describe("Disk of the series. Default 50Gi."),
    }),
  ])
  .describe("A Prometheus of the site's own hubs, their Dask and homes. On by default.");

export const zarrGateway = z
  .union([
    none,
    block({
      cache: size.optional().describe("Disk of each replica for copies of chunks. Default 10Gi."),
      replicas: block({
        min: count(1, 50).optional().describe("Default 2, or max where that is less."),
        max: count(1, 200).optional().describe("Default 6, or min where that is more."),
      })
        .optional()
        .describe("Copies of the gateway; their number follows the load."),
    }),
  ])
  .describe("The HTTP front to the site's datasets. On where there are datasets.");

/** A cluster that exists: services and hubs are brought to it, no machines, disks or buckets are made outside it. */
export const kubernetesSite = block({
  ...siteBase,
  state: siteState,
  provider: z.literal("kubernetes").describe("kubernetes: a cluster that exists, and an S3 store."),
  domain: hostName.describe(
    "The portal; hubs at <hub>.<domain>, data at data.<domain>. Changing it changes every URL.",
  ),
  kubeconfig: block({
    context: z.string().min(1).describe("The context of the kubeconfig that is the cluster."),
    path: z
      .string()
      .min(1)
      .optional()
      .describe("The kubeconfig's file, relative to the federation file. Default ~/.kube/config."),
  }).describe("How the cluster's API is reached. Credentials stay in that file."),
  storageClass: className.optional().describe("Class of disks that are made. Default: the cluster's default class."),
  objectStore,
  dns: dns.optional(),
  tls: tls.optional(),
  ingress: ingress.optional(),
  lake: block({ buckets: named(id, existingBucket).describe("Buckets by id.") })
    .optional()
    .describe("The site's buckets, which exist. Default none."),
  datasets: datasets.optional(),
  cluster: block({
    pools: named(id, existingPool).describe("Node pools that are there, by id, and how to select them."),
    nameServers: z
      .array(cidr)
      .optional()
      .describe(
        "Addresses where Dask's pods ask for names, beside the pods of `kube-dns` and `node-local-dns` in kube-system: where a cache on each node answers at the address of the Service kube-dns, that address; 169.254.169.254/32 for Cloud DNS of GKE. Default 169.254.20.10/32, where NodeLocal DNS answers.",
      ),
    tokenIssuer: tokenIssuer
      .optional()
      .describe(
        "Who issues tokens of the cluster's pods (`--service-account-issuer`), where anybody may read its keys: `kubectl get --raw /.well-known/openid-configuration` prints it. Hubs read what sites on Google Cloud keep for them only where it is written. Default: nobody outside may ask.",
      ),
    gpuPlugin: none
      .optional()
      .describe(
        "`none`: the cluster makes its GPUs known itself. Default: NVIDIA's device plugin where a pool has GPUs.",
      ),
  }).describe("The cluster's machines."),
  homes: named(id, home).optional().describe("Home file systems by id; they outlive hubs. Default none."),
  hubs: named(id, clusterHub)
    .optional()
    .describe("JupyterHubs by id. Each has a stack and a lifetime of its own. Default none."),
  zarrGateway: zarrGateway.optional(),
  monitoring: monitoring.optional(),
});
