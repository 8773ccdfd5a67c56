import { createHash } from "node:crypto";

/*
 * Every name that Isthmus gives to a thing outside the config is made here, or in aws-names.ts and google-names.ts where only that cloud
 * has the thing: its maker and its user compute the same name from the config, and a test holds the list. Names are part of `format: 1`: changing one replaces the thing.
 */

/** A name of at most `most` characters; a longer one keeps its start and ends in eight hexadecimal digits of its sha256. */
export function fitted(name: string, most: number): string {
  if (name.length <= most) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, most - 9).replace(/[-.]+$/, "")}-${hash}`;
}

/** A bucket that Isthmus makes: `<federation>-<site>-<bucket>`, at most 63 characters (S3, GCS). */
export function bucketName(federation: string, site: string, bucket: string): string {
  return fitted(`${federation}-${site}-${bucket}`, 63);
}

/** A stack: `<site>-<part>`; the part is a hub's id or a reserved one. */
export function stackName(site: string, part: string): string {
  return `${site}-${part}`;
}

/** Where a federation's state begins in a bucket: its id, below a prefix that the config may name. */
export function stateRoot(federation: string, prefix?: string): string {
  return prefix === undefined ? federation : `${prefix}/${federation}`;
}

/** The state of a stack in a bucket; the engine's lock lies beside it, with `.tflock` at its end. */
export function stateKey(root: string, stack: string): string {
  return `${root}/${stack}.tfstate`;
}

/** The record of a stack's latest apply, beside the states of a bucket. */
export function recordKey(root: string, stack: string): string {
  return `${root}/index/${stack}.json`;
}

/** Parts of stack names that no hub may have. */
export const reservedParts = ["lake", "homes", "cluster", "services", "catalog", "grants", "backups", "base"] as const;

/** First words of URL paths that no site may have, since hubs of a computing centre live at `/<site>-<port>/<hub>/`. */
export const reservedPaths = ["zarr", "icechunk", "files", "edr", "stac", "intake", "healthz"] as const;

/** Names of the catalog's own pages and of paths that a STAC API would have: no site's or dataset's id. */
export const reservedPages = [
  "catalog.json",
  "catalog.yaml",
  "collection.json",
  "collections",
  "conformance",
  "index.html",
  "queryables",
  "search",
] as const;

/**
 * Path of a hub where hubs share a host, with the port of its front: browsers keep cookies by host and path and ignore ports,
 * so two sites of the same name on one machine would sign each other's users out.
 */
export function hubPath(site: string, hub: string, port: number): string {
  return `/${site}-${port}/${hub}/`;
}

/** Path of a dataset at a gateway. Icechunk repositories and other files are served as objects, Zarr as Zarr. */
export function datasetPath(kind: string, dataset: string): string {
  if (kind === "zarr") return `/zarr/${dataset}.zarr`;
  if (kind === "icechunk") return `/icechunk/${dataset}`;
  return `/files/${dataset}`;
}

/** URL of an object, or of the start of keys, at a store: ENDPOINT/BUCKET/KEY, or BUCKET.ENDPOINT/KEY. */
export function objectUrl(
  { endpoint, bucket, pathStyle }: { readonly endpoint: string; readonly bucket: string; readonly pathStyle: boolean },
  key: string,
): string {
  if (pathStyle) return `${endpoint}/${bucket}/${key}`;
  return `${endpoint.replace("://", `://${bucket}.`)}/${key}`;
}

/** Environment variable that tells a hub's users where a bucket is: `SCRATCH_BUCKET`. */
export function bucketVariable(bucket: string): string {
  return `${bucket.toUpperCase().replaceAll("-", "_")}_BUCKET`;
}

/**
 * What stands for a user in directories and object keys, the same at every site: simple names stay, any other id becomes
 * its simple characters (at most 40), `--` and eight hexadecimal digits of its sha256, so that no two ids meet.
 */
export function userPrefix(id: string): string {
  if (/^[a-z][a-z0-9-]{0,30}$/.test(id) && !id.includes("--")) return id;
  const simple = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return `${simple}--${createHash("sha256").update(id).digest("hex").slice(0, 8)}`;
}

/** A user's directory of a home file system: each hub has homes of its own, since two may sign in different people by one name. */
export function homeFolder(hub: string, prefix: string): string {
  return `${hub}.${prefix}`;
}

/** The directory of a home file system in which each hub has one that its admins write and its users read. A home's name has a dot. */
export const sharedFolders = "shared";

/** Host of a hub. */
export function hubHost(hub: string, domain: string): string {
  return `${hub}.${domain}`;
}

/** Host of a site's data: an origin of its own. */
export function dataHost(domain: string): string {
  return `data.${domain}`;
}

/** First labels of a site's host names that no hub may have. */
export const reservedHosts = ["data"] as const;

/** The Kubernetes namespace of a part of a site (a hub's id, `services`, `homes`), at most 63 characters. */
export function namespaceName(site: string, part: string): string {
  return `${site}-${part}`;
}

/** The Helm release of a hub's chart. */
export function releaseName(hub: string, chart: string): string {
  return `${hub}-${chart}`;
}

/** The service account of users' pods: notebooks, Dask schedulers and workers. A cloud's roles trust it by this name. */
export const userServiceAccount = "user-sa";

/** The site's scheduler for users' pods, which fills nodes one after the other. */
export function userSchedulerName(site: string): string {
  return `${site}-user-scheduler`;
}

/** A site's priority class: notebooks before what only keeps room for them. */
export function priorityClassName(site: string, kind: "default" | "placeholder"): string {
  return `${site}-${kind}`;
}

/** The namespace of a home file system's server: the chart's Service finds it by a label that two would share. */
export function homeNamespace(site: string, home: string): string {
  return fitted(`${site}-homes-${home}`, 63);
}

/** The namespace of a service whose pods reach into their nodes. */
export function privilegedNamespace(site: string, service: string): string {
  return fitted(`${site}-services-${service}`, 63);
}

/** A cluster that is made. Roles of the cloud are named after it. */
export function clusterName(federation: string, site: string): string {
  return fitted(`${federation}-${site}`, 38);
}

/** The disk of a home file system, by the tag `Name`. */
export function homeVolumeName(federation: string, site: string, home: string): string {
  return `${federation}-${site}-homes-${home}`;
}

/** Registries that a site may cache, and how they are called in the names of what is cached. */
const cachedRegistries = {
  "quay.io": "quay",
  "registry.k8s.io": "k8s",
  "docker.io": "docker",
  "ghcr.io": "ghcr",
} as const;

export type CachedRegistry = keyof typeof cachedRegistries;

/** What the repositories of a cached registry start with, at most 30 characters. */
export function imageCachePrefix(federation: string, site: string, registry: CachedRegistry): string {
  return fitted(`${federation}-${site}-${cachedRegistries[registry]}`, 30);
}

/** Registries by host, and where their images come from instead: `quay.io` -> HOST/PREFIX. */
export type Mirrors = Readonly<Record<string, string>>;

/** The name by which nodes ask for an image. */
export function mirrored(image: string, mirrors: Mirrors): string {
  const slash = image.indexOf("/");
  const mirror = mirrors[image.slice(0, slash)];
  return mirror === undefined ? image : mirror + image.slice(slash);
}

/** The budget of a site. */
export function budgetName(federation: string, site: string): string {
  return fitted(`${federation}-${site}`, 100);
}
