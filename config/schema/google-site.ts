import { z } from "zod";
import { cloudBucket } from "./cloud-bucket";
import { clusterHub } from "./cluster-hub";
import { datasets } from "./dataset";
import { block, count, id, named, none, text } from "./fields";
import { googleBudget, googleCluster, googleZone } from "./google-cluster";
import { googleHome } from "./google-home";
import { googleBucketName, googleProject } from "./google-names";
import { usageLogs } from "./google-usage-logs";
import { hostName, monitoring, tls, zarrGateway } from "./kubernetes-site";
import { servedBy, siteBase } from "./site-base";
import { siteState } from "./state";
import { withCluster } from "./with-cluster";

const googleBucket = block({
  ...cloudBucket,
  existing: googleBucketName
    .optional()
    .describe(
      "A bucket of the region that exists, by its name: nothing of it is ever changed or removed. Default: made, named <federation>-<site>-<key>.",
    ),
  usageLogs: usageLogs.optional(),
  softDeleteDays: z
    .union([none, count(7, 90)])
    .optional()
    .describe(
      "Days that what is deleted for good, the bucket itself included, can still be brought back by who runs the project; it costs as much as before until then. Default 7; none for scratch.",
    ),
  coldAfterDays: z
    .literal(30)
    .optional()
    .describe(
      "30: Autoclass moves what nobody read for 30 days to Nearline, half the price and at once at hand all the same, and back at the first read without a fee; 0.0025 USD a month for each 1000 objects of 128 KiB and more. Not for scratch or Icechunk. Default never.",
    ),
});

const encryption = z
  .discriminatedUnion("kind", [
    block({ kind: z.literal("google").describe("google: by Google's own keys, at no cost.") }),
    block({
      kind: z
        .literal("kms")
        .describe(
          "kms: all that is not public by one key of the site's own (CMEK), which turns every 90 days; about 0.06 USD a month for each of its versions, and a fee for requests.",
        ),
    }),
  ])
  .describe("How objects are encrypted. Default {kind: google}.");

/** What Google takes as a label, but what is set here and what GKE keeps for itself. */
const labelKey = text(
  /^(?!goog|(?:managed-by|federation|site|hub|bucket|pool|purpose)$)[a-z][a-z0-9_-]{0,62}$/,
  "a label's key: a lower-case letter first, then at most 62 of lower-case letters, digits, _ -; not goog..., managed-by, federation, site, hub, bucket, pool, purpose",
);
const labelValue = text(/^[a-z0-9_-]{0,63}$/, "a label's value: at most 63 of lower-case letters, digits, _ -");

const dns = z
  .discriminatedUnion("kind", [
    block({ kind: z.literal("manual").describe("manual: people make the records; `isthmus status` lists them.") }),
    block({
      kind: z
        .literal("cloudDns")
        .describe("cloudDns: records in a zone of Cloud DNS of the project, and one wildcard certificate."),
      zone: text(/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "a zone's name, which is not its domain: plains-zone").describe(
        "The public zone, which exists, by its name; the site's domain lies in it.",
      ),
    }),
  ])
  .describe("Who makes the site's host names. Default manual.");

const beside = withCluster({
  onCluster: ["zones", "domain", "dns", "tls", "homes", "hubs", "zarrGateway", "monitoring", "budget"],
  zones: (region) => `${typeof region === "string" ? region : "us-central1"}-b`,
});

/** A site on Google Cloud: its lake, and a cluster if it says so. */
export const googleSite = block({
  ...siteBase,
  state: siteState,
  provider: z
    .literal("google")
    .describe("google: a lake in a region of Google Cloud, and a cluster beside it where `cluster` is written."),
  project: googleProject.describe(
    "The project, which exists and pays. Buckets do not move to another: make another site.",
  ),
  projectNumber: text(
    /^[1-9]\d{5,18}$/,
    'a number in quotes, as `gcloud projects describe PROJECT` prints it: "123456789012"',
  )
    .optional()
    .describe(
      "The project's number. Required where hubs outside Google Cloud read data of this site, which are known by it, and where this site keeps copies of another project's datasets, which knows the account that copies by it. It never changes.",
    ),
  region: text(
    /^[a-z]+-[a-z]+\d{1,2}$/,
    "a region: us-central1, europe-west4; not a zone, nor a multi-region like US, between whose places reads are paid for",
  ).describe("The region of the buckets. They do not move to another: make another site."),
  zones: z
    .array(googleZone)
    .min(1)
    .max(6)
    .optional()
    .describe(
      "Zones of the region for the cluster's nodes; what need not be spread is in the first. Required with `cluster`; another first one replaces disks and nodes, so do not.",
    ),
  domain: hostName
    .optional()
    .describe(
      "The portal; hubs at <hub>.<domain>, data at data.<domain>. Required with `cluster`. Changing it changes every URL.",
    ),
  dns: dns.optional(),
  tls: tls.optional(),
  servedBy: servedBy.optional(),
  tags: named(labelKey, labelValue)
    .refine((tags) => Object.keys(tags).length <= 50, { error: "more than 50 labels: Google takes 64 on a resource" })
    .optional()
    .describe("Labels of everything made, beside `managed-by`, `federation` and `site`. Default none."),
  lake: block({
    encryption: encryption.optional(),
    buckets: named(id, googleBucket).describe("Buckets by id."),
  }).describe("The site's buckets, in Google Cloud Storage."),
  datasets: datasets.optional(),
  cluster: googleCluster.optional().describe("A cluster of GKE beside the lake, for hubs. Default none: a lake alone."),
  homes: named(id, googleHome)
    .optional()
    .describe("Home file systems by id; they outlive hubs and cluster. Default none."),
  hubs: named(id, clusterHub)
    .optional()
    .describe("JupyterHubs by id. Each has a stack and a lifetime of its own. They need `cluster`. Default none."),
  zarrGateway: zarrGateway.optional(),
  monitoring: monitoring.optional(),
  budget: googleBudget.optional(),
}).check(z.core._check(beside, { when: () => true }));
