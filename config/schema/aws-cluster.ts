import { z } from "zod";
import { clusterApi, poolBase, tokenIssuer } from "./cluster";
import { block, cidr, count, diskSize, email, id, named, none, size, text } from "./fields";
import { aboutHomes, homeExport, noQuota } from "./homes";

/** A machine type of EC2. */
const machineType = text(
  /^[a-z][a-z0-9-]{0,15}\.(?:\d{0,2}x?large|medium|small|metal(?:-\d+xl)?)$/,
  "a machine type: r7i.4xlarge",
);

/** An availability zone. */
export const zone = text(/^[a-z]{2}-[a-z]+-\d[a-z]$/, "a zone of the region: us-west-2a");

const arn = text(
  /^arn:aws:iam::\d{12}:(?:role|user)\/[\w+=,.@/-]{1,512}$/,
  "a role or user: arn:aws:iam::111122223333:role/admin",
);

/** Nodes that are made: a managed node group of EKS. */
export const awsPool = block({
  ...poolBase,
  machines: z
    .array(machineType)
    .min(1)
    .max(20)
    .describe(
      "Machine types, of equal size: where one has no room, another has. Changing them makes new nodes beside the old ones (`retiring`).",
    ),
  spot: poolBase.spot.describe(
    "Spot machines, 60 to 90 % cheaper, which may be taken away at any time. Only for dask. Default true for dask.",
  ),
  onDemand: none
    .optional()
    .describe(
      "`none`: where spot has no room, workers wait. Default: a group of the same machines at the full price takes over, with the same most nodes.",
    ),
  zones: z
    .union([z.literal("all"), z.array(zone).min(1)])
    .optional()
    .describe(
      "Where its nodes are: a list of the site's zones, or all. Default: the site's first, since traffic between zones is paid for and a disk stays in its zone; all where the machines have GPUs. Changing it makes new nodes beside the old ones.",
    ),
  disk: diskSize
    .optional()
    .describe(
      "Each node's disk (gp3): images lie there. Default 80Gi. Changing it makes new nodes beside the old ones.",
    ),
  vcpu: count(1, 1024)
    .optional()
    .describe("Virtual CPUs of a machine that Isthmus does not know yet. Default: the known ones."),
  memory: size.optional().describe("Its memory, as bought. Default: the known one."),
  gpus: count(1, 16).optional().describe("Its GPUs. Default none."),
});

const network = block({
  cidr: cidr
    .optional()
    .describe(
      "Addresses of the network that is made, /16 to /19; each pod takes one. Default 10.0.0.0/16. Changing it makes everything new.",
    ),
  nat: z
    .enum(["one", "per-zone", "none"])
    .optional()
    .describe(
      "How private nodes reach the internet: one gateway in the first zone (about 33 USD a month and 0.045 USD a GB; S3 never goes through it), one for each zone, or none: then the institution gives the private subnets a way to the registries of images, sign-in and certificates. Default one.",
    ),
  endpoints: z
    .array(
      z.enum(["ecr.api", "ecr.dkr", "sts", "ec2", "logs", "elasticloadbalancing", "autoscaling", "eks", "eks-auth"]),
    )
    .optional()
    .describe(
      "AWS services that are reached without the internet, about 7 USD a month for each and zone; S3 always is, at no cost. Default none; all where `nat: none`.",
    ),
  existing: block({
    vpc: text(/^vpc-[0-9a-f]{8,17}$/, "a network's id: vpc-0123456789abcdef0").describe("The network's id."),
    privateSubnets: named(zone, text(/^subnet-[0-9a-f]{8,17}$/, "a subnet's id")).describe(
      "A subnet of each of the site's zones, for nodes and pods: at least 1000 addresses, with a way to the internet and an S3 endpoint.",
    ),
    publicSubnets: named(zone, text(/^subnet-[0-9a-f]{8,17}$/, "a subnet's id")).describe(
      "A subnet of each zone for load balancers, with a way from the internet.",
    ),
  })
    .optional()
    .describe("A network that is there: nothing of it is changed. Default: one is made."),
}).describe("The cluster's network. Default: one is made, with a NAT gateway.");

const podIdentity = z
  .discriminatedUnion("kind", [
    block({ kind: z.literal("agent").describe("agent: EKS Pod Identity, by an agent on each node.") }),
    block({
      kind: z
        .literal("irsa")
        .describe(
          "irsa: tokens of the cluster's own that IAM takes (IAM roles for service accounts), without an agent: where nodes may not run one, or where policies of the institution name OIDC providers. STS must be reached by pods.",
        ),
      stsNetworks: z
        .array(cidr)
        .min(1)
        .max(20)
        .optional()
        .describe(
          "Private networks where users' pods reach STS, beside those of a network that is made: where one that exists has an endpoint of STS. Default none: STS is reached on the internet.",
        ),
    }),
  ])
  .describe(
    "How AWS knows which role pods have. Changing it takes AWS from servers that run, until they are started anew. Default {kind: agent}.",
  );

/** A registry that ECR asks without a name. */
const anonymous = z.literal("anonymous");

/** A registry that wants to know who asks. */
const signedIn = block({
  awsSecret: text(
    /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache\/[\w/+=.@-]{1,400}$/,
    "arn:aws:secretsmanager:REGION:ACCOUNT:secret:ecr-pullthroughcache/NAME-SUFFIX",
  ).describe(
    "The whole ARN of a secret of the site's account and region, named ecr-pullthroughcache/..., with `username` and `accessToken`.",
  ),
});

const imageCache = block({
  "quay.io": anonymous.optional().describe("Images of quay.io: those of Pangeo and Jupyter. Default not cached."),
  "registry.k8s.io": anonymous.optional().describe("Images of Kubernetes' own registry. Default not cached."),
  "docker.io": signedIn
    .optional()
    .describe("Images of Docker Hub, which counts what nobody signed in for. Default not cached."),
  "ghcr.io": signedIn.optional().describe("Images of GitHub's registry. Default not cached."),
  keepDays: count(1, 3650)
    .optional()
    .describe(
      "Days after which an image leaves the cache, at 0.10 USD a GB and month until then; who asks for it brings it back. Default 90.",
    ),
}).describe(
  "Registries whose images nodes get through the account's own (ECR pull-through cache): the profiles', those of what runs beside them and of the charts. Changing it restarts the charts' programs, and nobody's server. Default none.",
);

/** A cluster of EKS. */
export const awsCluster = block({
  kubernetes: text(/^1\.\d{2}$/, 'a version in quotes: "1.35"')
    .optional()
    .describe(
      'Version of Kubernetes, raised one by one: "1.35". Each lives 14 months at 0.10 USD an hour, then 12 at 0.60. Default: the newest that this version of Isthmus knows.',
    ),
  pools: named(id, awsPool).describe("Node pools by id."),
  retiring: named(id, awsPool)
    .optional()
    .describe(
      "Pools as they were written before a change that made new nodes, by the same id: they take no new pods, and go from here once they are empty. Default none.",
    ),
  network: network.optional(),
  api: clusterApi.optional(),
  admins: z
    .array(arn)
    .optional()
    .describe("Roles and users of IAM that administer it, beside who makes it. Default none."),
  logDays: z
    .union([none, z.literal([30, 365])])
    .optional()
    .describe("Days that the control plane's logs are kept, at 0.50 USD a GB; `none` writes none. Default 30."),
  podIdentity: podIdentity.optional(),
  tokenIssuer: tokenIssuer
    .optional()
    .describe(
      "Who issues tokens of the cluster's pods, which AWS decides when it makes the cluster: `aws eks describe-cluster --name NAME --query cluster.identity.oidc.issuer` prints it. Hubs read what sites on Google Cloud keep for them only once it is written, and no longer where it is another cluster's. Default not known.",
    ),
  imageCache: imageCache.optional(),
  gpuPlugin: none
    .optional()
    .describe("`none`: GPUs are made known by somebody else. Default: NVIDIA's device plugin where a pool has GPUs."),
}).describe("A cluster of EKS, about 73 USD a month beside its machines.");

/** Days without a read after which EFS can move a file to its cheaper class. */
const efsColdDays = [7, 30, 90, 365] as const;

const homeEfs = block(
  {
    kind: z
      .literal("efs")
      .describe(
        "efs: an elastic file system of AWS, encrypted, with no server of ours: it grows by itself and is in every zone. 0.30 USD a GiB and month, 0.03 a GB read, 0.06 a GB written, and no quota.",
      ),
    existing: text(/^fs-[0-9a-f]{8,17}$/, "a file system's id: fs-0123456789abcdef0")
      .optional()
      .describe(
        "One that is there, with mount targets in the cluster's network that let its nodes in: nothing of it is changed but that each hub has an access point. Default: made.",
      ),
    coldAfterDays: z
      .literal(efsColdDays)
      .optional()
      .describe(
        `Days (${efsColdDays.join(", ")}) without a read after which a file goes to Infrequent Access, at 0.016 USD a GiB and month and 0.01 a GB read; the first read brings it back. Default never.`,
      ),
    backups: none
      .optional()
      .describe("`none`: no backups. Default: one a day by AWS Backup, kept for 35 days at 0.05 USD a GiB and month."),
  },
  {
    ...noQuota("EFS knows none, and each user could fill it at everybody's cost"),
    size: { message: "no size: EFS grows and shrinks by itself", fix: "remove it" },
    snapshotDays: {
      message: "EFS takes no snapshots, AWS Backup keeps 35 days",
      fix: "remove it, or write backups: none",
    },
  },
);

/** A home file system on AWS. */
export const awsHome = z
  .union([
    block({
      kind: z.literal("nfs").optional().describe("nfs (default): a server in the cluster on one disk that is kept."),
      size: diskSize.describe("The disk's (gp3, 0.08 USD a GiB and month). It can grow, never shrink."),
      quota: size.describe("Of one user's home. A full home refuses writes; others do not notice."),
      existing: text(/^vol-[0-9a-f]{8,17}$/, "a disk's id: vol-0123456789abcdef0")
        .optional()
        .describe(
          "A disk that is there, with XFS or empty, in the site's first zone: nothing of it is ever removed. Default: made.",
        ),
      snapshotDays: z
        .union([none, count(1, 365)])
        .optional()
        .describe(
          "Days that the snapshot of each night is kept (0.05 USD a GiB and month of what changed). Default 14.",
        ),
    }),
    homeEfs,
    homeExport,
  ])
  .describe(aboutHomes);

/** What a month may cost. */
export const budget = z
  .union([
    none,
    block({
      monthlyUsd: count(1, 10_000_000).describe("US dollars a month, of all that carries the site's tags."),
      notify: z
        .array(email)
        .min(1)
        .max(10)
        .describe("Who is told at 50, 80 and 100 %, and when the month is forecast to go beyond it."),
    }),
  ])
  .describe(
    "What the site may cost before people are told; nothing stops by itself. `none`: somebody else watches. Required with `cluster`.",
  );
