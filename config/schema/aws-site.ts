import { z } from "zod";
import { awsCluster, awsHome, budget, zone } from "./aws-cluster";
import { inventory } from "./aws-inventory";
import { cloudBucket } from "./cloud-bucket";
import { clusterHub } from "./cluster-hub";
import { datasets } from "./dataset";
import { block, count, id, named, text } from "./fields";
import { hostName, monitoring, tls, zarrGateway } from "./kubernetes-site";
import { servedBy, siteBase } from "./site-base";
import { siteState } from "./state";
import { withCluster } from "./with-cluster";

/** A bucket that exists is reached at BUCKET.s3.REGION.amazonaws.com, where a dot in its name breaks TLS. */
const existingName = text(
  /^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9])){2,62}$/,
  "a bucket's name: 3 to 63 lower-case letters, digits, hyphens; no dots, which break TLS",
);

const awsBucket = block({
  ...cloudBucket,
  existing: existingName
    .optional()
    .describe(
      "A bucket of the region that exists, by its name: nothing of it is ever changed or removed. Default: made, named <federation>-<site>-<key>.",
    ),
  coldAfterDays: count(1, 3650)
    .optional()
    .describe(
      "Days after which objects of 128 KiB and more go to Intelligent-Tiering: 40 to 68 % cheaper where nobody reads them, at once at hand all the same, and a fee for each object watched. Not for scratch or Icechunk. Default never.",
    ),
  inventory: inventory.optional(),
});

const encryption = z
  .discriminatedUnion("kind", [
    block({ kind: z.literal("s3").describe("s3: by S3's own keys, at no cost.") }),
    block({
      kind: z
        .literal("kms")
        .describe(
          "kms: all that is not public by one key of the site's own, which turns every year; about 1 USD a month and a fee for requests.",
        ),
    }),
  ])
  .describe("How objects are encrypted. Default {kind: s3}.");

/**
 * What AWS takes, but what is its own, what is set here, `=`, at which the load balancer's annotation would be cut, and what the
 * driver of disks keeps for itself, which does not start with it.
 */
const tagKey = text(
  /^(?!aws:|kubernetes\.io|CSIVolume|ebs\.csi\.|(?:managed-by|federation|site|hub|bucket|pool|purpose|Name)$)[\w.:/+@-]{1,128}$/,
  "a tag's key: at most 128 letters, digits, _ . : / + - @; not aws:..., kubernetes.io..., CSIVolume..., ebs.csi..., managed-by, federation, site, hub, bucket, pool, purpose, Name",
);
const tagValue = text(/^[\w .:/+@-]{0,256}$/, "a tag's value: at most 256 letters, digits, spaces, _ . : / + - @");

const dns = z
  .discriminatedUnion("kind", [
    block({ kind: z.literal("manual").describe("manual: people make the records; `isthmus status` lists them.") }),
    block({
      kind: z
        .literal("route53")
        .describe("route53: records in a hosted zone of the account, and one wildcard certificate."),
      zone: hostName.describe("The public hosted zone, which exists; the site's domain lies in it."),
    }),
  ])
  .describe("Who makes the site's host names. Default manual.");

const beside = withCluster({
  onCluster: ["zones", "domain", "dns", "tls", "homes", "hubs", "zarrGateway", "monitoring", "readsRequesterPays"],
  zones: () => "us-west-2a, us-west-2b",
});

/** A site on AWS: its lake, and a cluster if it says so. */
export const awsSite = block({
  ...siteBase,
  state: siteState,
  provider: z
    .literal("aws")
    .describe("aws: a lake in a region of AWS, and a cluster beside it where `cluster` is written."),
  account: text(/^\d{12}$/, 'an account number of twelve digits, in quotes: "111122223333"').describe(
    "The AWS account. With credentials of another one nothing is planned. Buckets do not move to another: make another site.",
  ),
  region: text(
    /^(?:af|ap|ca|eu|il|me|mx|sa|us)-(?:north|south|east|west|central){1,2}-\d$/,
    "a region: us-west-2, eu-central-1; not of China or GovCloud",
  ).describe("The region of the buckets. They do not move to another: make another site."),
  zones: z
    .array(zone)
    .min(2)
    .max(6)
    .optional()
    .describe(
      "Zones of the region for the cluster, two at least, since EKS wants them; what need not be spread is in the first. Required with `cluster`; another first one replaces disks and nodes, so do not.",
    ),
  domain: hostName
    .optional()
    .describe(
      "The portal; hubs at <hub>.<domain>, data at data.<domain>. Required with `cluster`. Changing it changes every URL.",
    ),
  dns: dns.optional(),
  tls: tls.optional(),
  servedBy: servedBy.optional(),
  tags: named(tagKey, tagValue)
    .optional()
    .describe(
      "Tags of everything that is made, the load balancer and disks that pods ask for included, beside federation and site: a grant's number, a cost centre. Default none.",
    ),
  lake: block({
    encryption: encryption.optional(),
    buckets: named(id, awsBucket).describe("Buckets by id."),
  }).describe("The site's buckets."),
  datasets: datasets.optional(),
  cluster: awsCluster.optional().describe("A cluster of EKS beside the lake, for hubs. Default none: a lake alone."),
  homes: named(id, awsHome)
    .optional()
    .describe("Home file systems by id; they outlive hubs and cluster. Default none."),
  hubs: named(id, clusterHub)
    .optional()
    .describe("JupyterHubs by id. Each has a stack and a lifetime of its own. They need `cluster`. Default none."),
  readsRequesterPays: z
    .boolean()
    .optional()
    .describe(
      "Hubs that sign people in through the federation read buckets of other accounts whose readers pay, and this account does: requests, and from another region about 0.02 USD a GB. Default false.",
    ),
  zarrGateway: zarrGateway.optional(),
  monitoring: monitoring.optional(),
  budget: budget.optional(),
}).check(z.core._check(beside, { when: () => true }));
