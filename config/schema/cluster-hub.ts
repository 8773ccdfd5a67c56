import { z } from "zod";
import { clusterAllow, clusterAuth, profileAllow } from "./auth";
import { block, count, id, named, none, pack, size, text, url } from "./fields";
import { cores, daskBase, daskDefaults, hubBase, profileBase, userName } from "./hub";

/** An image by its registry and tag: what is pulled must not depend on a machine's settings or on the day. */
export const image = text(
  /^(?=[^/]*[.:][^/]*\/)[a-z0-9.-]+(?::\d+)?(?:\/[a-z0-9._-]+)+(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/,
  "REGISTRY/NAME:TAG: quay.io/pangeo/pangeo-notebook:2026.06.04",
  "name the registry and a tag: docker.io/rocker/binder:4.5",
).refine((name) => !name.endsWith(":latest"), {
  error: pack({ message: "`latest` is another image tomorrow", allowed: "a dated or numbered tag" }),
});

const sizeChoice = z.union([
  size,
  block({
    memory: size.describe("Memory: what is promised, and the limit."),
    cores: cores.describe("Cores that are promised. The limit is the node's."),
  }),
]);

const clusterProfile = block({
  ...profileBase,
  image: image.describe("The image, with registry and tag. Dask workers run the same one."),
  sizes: z
    .array(sizeChoice)
    .min(1)
    .max(12)
    .optional()
    .describe(
      "Sizes to choose from: memory, with cores in the nodes' own proportion, or both. The first is the default. Default: halvings of the user pools' nodes, the smallest first.",
    ),
  gpu: count(1, 16).optional().describe("GPUs of a notebook. Needs a user pool with GPUs. Default none."),
  otherImages: z
    .array(text(/^(?=[^/]*[.:][^/]*\/)[a-z0-9.:/_*-]+$/, "REGISTRY/NAME with * for any characters: quay.io/pangeo/*"))
    .min(1)
    .optional()
    .describe("Images that a user may name instead, as patterns. Whoever may push there runs code here. Default none."),
  allow: profileAllow.optional(),
});

const content = block({
  git: url
    .optional()
    .describe(
      "A public git repository that is cloned into each home at start, and updated without touching changed files. Default none.",
    ),
  branch: text(/^[\w][\w./-]{0,200}$/, "a branch's name")
    .optional()
    .describe("Its branch. Default: the repository's own."),
  saveTo: id
    .optional()
    .describe(
      "A bucket that users write: each one's files are copied below their own prefix there every few minutes and when the server stops, and brought back at start. For `home: none`. Default none.",
    ),
}).describe("What a home starts with, and where its files go. Default nothing.");

const clusterDask = z
  .union([
    none,
    block({
      ...daskBase(daskDefaults.kubernetes),
      scheduler: block({
        cores: cores.optional().describe("Cores that are promised; the limit is twice that. Default 0.5."),
        memory: size.optional().describe("Memory: what is promised, and the limit. Default 2Gi."),
      })
        .optional()
        .describe("A cluster's scheduler, on the user pool: never on spot. Its size."),
    }),
  ])
  .describe(
    "Dask Gateway of this hub. On where the site has a dask pool; `none` leaves it out. Worker sizes fill that pool's nodes.",
  );

/** A hub on Kubernetes, whichever cloud the cluster is of. */
export const clusterHub = block({
  ...hubBase,
  auth: clusterAuth.optional(),
  allow: clusterAllow,
  admins: z
    .array(userName)
    .optional()
    .describe("Users who manage servers and may stop and enter others'. They need not be in `allow`. Default none."),
  home: z
    .union([none, id])
    .optional()
    .describe(
      "The home file system, a key of `homes`; `none`: files go with the server. Default: the only one; none where there is none. Another one later starts without the files of now, and `isthmus up` refuses it until the hub's volume is removed by hand.",
    ),
  content: content.optional(),
  dask: clusterDask.optional(),
  profiles: named(id, clusterProfile).describe("What a user may start, by id: one form with image and size."),
  placeholders: block({
    users: count(1, 500).describe("Places of the default size that are kept warm. Each costs its share of a node."),
  })
    .optional()
    .describe("Room kept free so that servers start at once. Default none."),
  namedServers: count(1, 20).optional().describe("Further servers that a user may run beside their own. Default none."),
  database: size.optional().describe("Disk of the hub's database, removed with the hub. Default 1Gi."),
});
