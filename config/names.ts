import { createHash } from "node:crypto";

/*
 * Every name that Isthmus gives to a thing outside the config is made here: the maker and the user of a thing compute
 * the same name from the config, and a test holds the list. Names are part of `format: 1`: changing one replaces the thing.
 */

/** A name of at most `most` characters; a longer one keeps its start and ends in eight hexadecimal digits of its sha256. */
export function fitted(name: string, most: number): string {
  if (name.length <= most) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name.slice(0, most - 9).replace(/-+$/, "")}-${hash}`;
}

/** A bucket that Isthmus makes: `<federation>-<site>-<bucket>`, at most 63 characters (S3, GCS). */
export function bucketName(federation: string, site: string, bucket: string): string {
  return fitted(`${federation}-${site}-${bucket}`, 63);
}

/** A stack: `<site>-<part>`; the part is a hub's id or a reserved one. */
export function stackName(site: string, part: string): string {
  return `${site}-${part}`;
}

/** Parts of stack names that no hub may have. */
export const reservedParts = ["lake", "homes", "cluster", "services", "catalog", "grants", "base"] as const;

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
