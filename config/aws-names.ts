import { fitted } from "./names";

/* Names of things that AWS alone has. All that names.ts says of names holds here. */

/** The S3 API of a region of AWS. */
export function awsEndpoint(region: string): string {
  return `https://s3.${region}.amazonaws.com`;
}

/** Where lists of buckets' objects lie in the bucket that holds them, below it by the listed bucket's name; no user's prefix is called so. */
export const inventoryFolder = "_inventory";

/** The name of a bucket's lists, and of their folder below the bucket's. */
export const inventoryName = "objects";

/** The alias of the key that encrypts a site's lake on AWS. */
export function lakeKeyAlias(federation: string, site: string): string {
  return `alias/${federation}-${site}-lake`;
}

/** A role of AWS: `<federation>-<site>-<what>`, at most 64 characters. Policies of other accounts name it. */
export function awsRoleName(federation: string, site: string, what: string): string {
  return fitted(`${federation}-${site}-${what}`, 64);
}

/** The id of a cluster of EKS. */
export function awsClusterArn(
  { account, region }: { readonly account: string; readonly region: string },
  name: string,
) {
  return `arn:aws:eks:${region}:${account}:cluster/${name}`;
}

/** The id of a role of AWS. */
export function awsRoleArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

/** The role of a hub's users; those of the site itself have a word more. */
export function hubRoleName(federation: string, site: string, hub: string): string {
  return awsRoleName(federation, site, `hub-${hub}`);
}

/** The role by which S3 copies a site's datasets to other sites. */
export function mirrorsRoleName(federation: string, site: string): string {
  return awsRoleName(federation, site, "mirrors");
}

/** A group of nodes: the pool, and what stands for its generation. */
export function nodeGroupName(pool: string, generation: string): string {
  return `${pool}-${generation}`;
}

/** A private subnet of a cluster's network that is made, by the tag `Name`. */
export function privateSubnetName(cluster: string, zone: string): string {
  return `${cluster}-private-${zone}`;
}

/** A home file system of AWS: its creation token, by which it is found, and its tag `Name`; at most 64 characters. */
export function homeFileSystemName(federation: string, site: string, home: string): string {
  return fitted(`${federation}-${site}-homes-${home}`, 64);
}

/** The directory of a hub in a file system of AWS: its access point's root, which no other hub's pods leave. */
export function hubDirectory(hub: string): string {
  return `/${hub}`;
}

/** The registry of an account of AWS in a region. */
export function ecrHost(account: string, region: string): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com`;
}

/** The alias of the key that encrypts a cluster's secrets on AWS. */
export function clusterKeyAlias(federation: string, site: string): string {
  return `alias/${federation}-${site}-cluster`;
}
