import { budgetName, fitted, homeVolumeName } from "./names";

/* Names of things that Google Cloud alone has. All that names.ts says of names holds here. */

/** Where a stack's state lies in a bucket of Google's: the engine puts each of its workspaces below it. */
export function gcsStatePrefix(root: string, stack: string): string {
  return `${root}/${stack}`;
}

/** The state of a stack in a bucket of Google's, that of the one workspace that is used. */
export function gcsStateKey(root: string, stack: string): string {
  return `${gcsStatePrefix(root, stack)}/default.tfstate`;
}

/** The engine's lock of a stack in a bucket of Google's. */
export function gcsLockKey(root: string, stack: string): string {
  return `${gcsStatePrefix(root, stack)}/default.tflock`;
}

/** Google Cloud Storage, by its S3 API and its own. */
export const googleEndpoint = "https://storage.googleapis.com";

/** The ring of keys, and the key in it, that encrypt a site's lake on Google Cloud. Rings cannot be removed, so a name is used once. */
export function lakeKeyRing(federation: string, site: string): string {
  return fitted(`${federation}-${site}`, 63);
}

/** Where what Google logs of buckets' use lies in a bucket, where no user's prefix is. */
export const usageFolder = "_usage";

/** A service account of Google: `<federation>-<site>-<what>`, at most 30 characters. */
export function googleAccountId(federation: string, site: string, what: string): string {
  return fitted(`${federation}-${site}-${what}`, 30);
}

/** What a service account of Google is called by policies and by pods that are it. */
export function googleAccountEmail(project: string, accountId: string): string {
  return `${accountId}@${project}.iam.gserviceaccount.com`;
}

/** The service account of a hub's users on Google Cloud. Policies of other projects name it. */
export function hubAccountId(federation: string, site: string, hub: string): string {
  return googleAccountId(federation, site, `hub-${hub}`);
}

/** Who issues tokens of pods of a cluster of GKE. */
export function gkeTokenIssuer(project: string, region: string, cluster: string): string {
  return `https://container.googleapis.com/v1/projects/${project}/locations/${region}/clusters/${cluster}`;
}

/** The pool in which a site on Google knows hubs outside it, at most 32 characters. */
export function readerPoolId(federation: string, site: string): string {
  return fitted(`readers-${federation}-${site}`, 32);
}

/** Who issues a site's tokens, in such a pool; at most 32 characters. */
export function readerProviderId(site: string): string {
  return fitted(`site-${site}`, 32);
}

/** What a pool is called by policies. */
export function readerPoolName(projectNumber: string, pool: string): string {
  return `projects/${projectNumber}/locations/global/workloadIdentityPools/${pool}`;
}

/** Google's own account by which a project's jobs of Storage Transfer read and write. */
export function transferAgent(projectNumber: string): string {
  return `project-${projectNumber}@storage-transfer-service.iam.gserviceaccount.com`;
}

/** The budget of a site on Google Cloud, at most 60 characters. */
export function googleBudgetName(federation: string, site: string): string {
  return fitted(budgetName(federation, site), 60);
}

/** A pool of nodes of GKE, at most 40 characters. */
export function gkePoolName(pool: string, generation: string): string {
  return fitted(`${pool}-${generation}`, 40);
}

/**
 * The disk of a home file system on Google Cloud, by which it is found: at most 48 characters, since its last snapshot has the time behind
 * them, and the engine's provider does not destroy a disk whose name leaves no room for that.
 */
export function homeDiskName(federation: string, site: string, home: string): string {
  return fitted(homeVolumeName(federation, site, home), 48);
}

/** A home file system of Google, by which it is found: at most 63 characters. */
export function homeFilestoreName(federation: string, site: string, home: string): string {
  return fitted(homeVolumeName(federation, site, home), 63);
}

/** The one share of a home file system of Google. */
export const filestoreShare = "homes";

/** The vault of backups of a site's home file systems on Google Cloud, and the plan by which they are taken. */
export function homeVaultName(federation: string, site: string): string {
  return fitted(`${federation}-${site}-homes`, 63);
}

/** The registry of a project of Google in a region. */
export function artifactRegistryHost(project: string, region: string): string {
  return `${region}-docker.pkg.dev/${project}`;
}

/** Ranges of a subnet of Google that is made, from which pods and services have their addresses. */
export const subnetRanges = { pods: "pods", services: "services" } as const;
