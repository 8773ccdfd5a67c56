import { z } from "zod";
import { attachedGpus } from "../machines/google-types";
import { clusterApi, poolBase } from "./cluster";
import { block, count, diskSize, email, id, named, none, pack, size, text } from "./fields";

/** A machine type of Compute Engine. */
const machineType = text(
  /^[a-z]\d{1,2}[a-z]{0,2}-(?:[a-z]{3,9}-\d{1,3}g?(?:-[a-z]{3,11})?|micro|small|medium)$/,
  "a machine type: n2-highmem-16",
);

/** A zone. */
export const googleZone = text(/^[a-z]+-[a-z]+\d{1,2}-[a-z]$/, "a zone of the region: us-central1-b");

/** Nodes that are made: a node pool of GKE for each machine type. */
export const googlePool = block({
  ...poolBase,
  minNodes: poolBase.minNodes.describe("Nodes that are always there. Default 0; 1 for core."),
  maxNodes: poolBase.maxNodes.describe(
    "Most nodes of each machine type, and as many again at the full price where spot has no room. A cap on cost: nothing starts beyond it.",
  ),
  machines: z
    .array(machineType)
    .min(1)
    .max(10)
    .describe(
      "Machine types, of equal size, each a node pool of its own: where one has no room, another has. Changing one makes new nodes beside the old ones (`retiring`).",
    ),
  spot: poolBase.spot.describe(
    "Spot machines, 60 to 91 % cheaper, which may be taken away at any time. Only for dask. Default true for dask.",
  ),
  onDemand: none
    .optional()
    .describe(
      "`none`: where spot has no room, workers wait. Default: the same machines at the full price take over, with the same most nodes.",
    ),
  zones: z
    .union([z.literal("all"), z.array(googleZone).min(1)])
    .optional()
    .describe(
      "Where its nodes are: a list of the site's zones, or all. Default: the site's first, since traffic between zones is paid for and a disk stays in its zone; all where the machines have GPUs. Changing it makes new nodes beside the old ones.",
    ),
  disk: diskSize
    .optional()
    .describe(
      "Each node's disk (pd-balanced, or Hyperdisk where the machine takes no other): images lie there. Default 100Gi. Changing it makes new nodes beside the old ones.",
    ),
  gpu: z
    .enum(attachedGpus)
    .optional()
    .describe("GPUs that are put into machines of n1; those of g2 and a2 are part of the type. Default none."),
  gpus: count(1, 16).optional().describe("How many of `gpu` one machine has. Default 1."),
  gpuShares: count(2, 48)
    .optional()
    .describe(
      "Users who share one GPU in turns, without a limit on its memory: for teaching. Default 1: nobody shares. Changing it makes new nodes beside the old ones.",
    ),
  gpuDriver: z
    .enum(["default", "latest"])
    .optional()
    .describe(
      "NVIDIA's driver that GKE installs: the one it tested with the node's version, or its latest. Default default.",
    ),
  imageStreaming: none
    .optional()
    .describe(
      "`none`: containers start when their whole image is there. Default: they start at once and read the image as they go, where it comes from the site's `imageCache`.",
    ),
  vcpu: count(1, 1024)
    .optional()
    .describe("Virtual CPUs of a machine that Isthmus does not know yet. Default: the known ones."),
  memory: size.optional().describe("Its memory, as bought. Default: the known one."),
});

const rangeName = text(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/, "the name of a subnet's secondary range");
const selfLink = (kind: string) =>
  text(
    new RegExp(`^projects/[a-z][-a-z0-9]{4,28}[a-z0-9]/${kind}/[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$`),
    `projects/PROJECT/${kind.replace("[a-z0-9-]+", "REGION")}/NAME`,
  );

const network = block({
  cidr: text(
    /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\/1[0-6]$/,
    "ADDRESS/BITS of 10 to 16 bits: 10.0.0.0/12",
  )
    .optional()
    .describe(
      "Addresses of the network that is made, /10 to /16: half of them are pods', 256 for each node. Default 10.0.0.0/12, for 2048 nodes. Changing it makes everything new.",
    ),
  nat: z
    .enum(["one", "none"])
    .optional()
    .describe(
      "How private nodes reach the internet: Cloud NAT (about 1 USD a month for each node up to 32 USD, and 0.045 USD a GB; Google's own services, buckets among them, never go through it), or none: then nodes reach Google alone, and images by `imageCache`; signing in, certificates and `content` need a way out of the institution's own. Default one.",
    ),
  existing: block({
    network: selfLink("global/networks").describe("The network, of this project or of one that shares it."),
    subnet: selfLink("regions/[a-z0-9-]+/subnetworks").describe(
      "A subnet of the region for nodes, with Private Google Access and a way to the internet.",
    ),
    pods: rangeName.describe("Its secondary range for pods, 256 addresses for each node."),
    services: rangeName.describe("Its secondary range for services."),
  })
    .optional()
    .describe("A network that is there: nothing of it is changed. Default: one is made."),
}).describe("The cluster's network. Default: one is made, with Cloud NAT.");

/** A registry that Artifact Registry asks without a name. */
const anonymous = z.literal("anonymous");

/** A registry that wants to know who asks. */
const signedIn = block({
  username: text(/^[\w.@-]{1,100}$/, "a user of that registry").describe("Who asks."),
  googleSecret: text(
    /^projects\/[a-z0-9-]{6,30}\/secrets\/[\w-]{1,255}\/versions\/(?:\d{1,6}|latest)$/,
    "projects/PROJECT/secrets/NAME/versions/NUMBER",
  ).describe(
    "The version of a secret that holds the user's token; Artifact Registry's service agent must be allowed to read it.",
  ),
});

const imageCache = block({
  "quay.io": anonymous.optional().describe("Images of quay.io: those of Pangeo and Jupyter. Default not cached."),
  "registry.k8s.io": anonymous.optional().describe("Images of Kubernetes' own registry. Default not cached."),
  "docker.io": z
    .union([anonymous, signedIn])
    .optional()
    .describe("Images of Docker Hub, which counts what nobody signed in for. Default not cached."),
  "ghcr.io": z.union([anonymous, signedIn]).optional().describe("Images of GitHub's registry. Default not cached."),
  keepDays: count(1, 3650)
    .optional()
    .describe(
      "Days after which an image leaves the cache, at 0.10 USD a GB and month until then; who asks for it brings it back. Default 90.",
    ),
}).describe(
  "Registries whose images nodes get through the project's own (remote repositories of Artifact Registry): the profiles', those of what runs beside them and of the charts. Changing it restarts the charts' programs, and nobody's server. Default none.",
);

const weekday = z.enum(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]);

const maintenance = block({
  start: text(/^(?:[01]\d|2[0-3]):[0-5]\d$/, "HH:MM")
    .optional()
    .describe("When it may begin, by the site's clock in winter. Default 02:00."),
  hours: count(4, 24).optional().describe("How long it may go on. Default 4."),
  days: z
    .array(weekday)
    .min(1)
    .max(7)
    .optional()
    .describe("On which days; together at least 12 hours a week, which GKE insists on. Default every day."),
})
  .refine(({ hours = 4, days }) => hours * (days?.length ?? 7) >= 12, {
    error: pack({ message: "less than 12 hours a week, which GKE insists on", fix: "write more hours or days" }),
  })
  .describe(
    "When GKE may upgrade and repair: nodes are replaced one by one, and who is on one has an hour to end. Default every night.",
  );

/** Who may administer clusters, as IAM writes it. */
const principal = text(
  /^(?:user|group|serviceAccount):[^\s@]+@[^\s@]+\.[^\s@]+$/,
  "user:ADDRESS, group:ADDRESS or serviceAccount:ADDRESS",
);

/** A cluster of GKE. */
export const googleCluster = block({
  kubernetes: text(/^1\.\d{2}(?:\.\d{1,2}-gke\.\d{4,8})?$/, 'a version in quotes: "1.35", "1.35.8-gke.1036000"')
    .optional()
    .describe(
      'Version of Kubernetes that the control plane has at least: "1.35"; its channel raises it further. With `channel: none` the whole version, which all nodes have too. Default: the channel\'s own.',
    ),
  channel: z
    .enum(["rapid", "regular", "stable", "extended", "none"])
    .optional()
    .describe(
      "When new versions come: rapid, regular, stable, extended (24 months of each, at 0.50 USD an hour in the second year), or none: when `kubernetes` is changed, or its support ends. Default regular.",
    ),
  maintenance: maintenance.optional(),
  pools: named(id, googlePool).describe("Node pools by id."),
  retiring: named(id, googlePool)
    .optional()
    .describe(
      "Pools as they were written before a change that made new nodes, by the same id: they take no new pods, and go from here once they are empty. Default none.",
    ),
  network: network.optional(),
  api: clusterApi.optional(),
  admins: z
    .array(principal)
    .optional()
    .describe("Who administers the project's clusters (roles/container.admin), beside its owners. Default none."),
  logs: z
    .enum(["none", "system", "all"])
    .optional()
    .describe(
      "What goes to Cloud Logging, at 0.50 USD a GiB after the project's first 50, for 30 days: nothing, what GKE's own parts say, or what users' pods say too. Default system.",
    ),
  imageCache: imageCache.optional(),
  protect: none
    .optional()
    .describe(
      "`none`: the engine may remove the cluster. Default: it refuses, whoever asks, until `none` has been brought up; a site that expires is never kept so.",
    ),
})
  .refine(({ channel, kubernetes }) => channel !== "none" || (kubernetes ?? "").includes("-gke."), {
    path: ["kubernetes"],
    error: pack({ message: "without a channel the whole version is needed", fix: 'write it: "1.35.8-gke.1036000"' }),
  })
  .describe("A cluster of GKE with its control plane in the whole region, about 73 USD a month beside its machines.");

/** What a month may cost. */
export const googleBudget = z
  .union([
    none,
    block({
      monthlyUsd: count(1, 10_000_000).describe(
        "US dollars a month, of all in the project that carries the site's labels. The billing account is one in US dollars.",
      ),
      notify: z
        .array(email)
        .min(1)
        .max(5)
        .describe("Who is told at 50, 80 and 100 %, and when the month is forecast to go beyond it; five at most."),
    }),
  ])
  .describe(
    "What the site may cost before people are told; nothing stops by itself. `none`: somebody else watches. Required with `cluster`.",
  );
