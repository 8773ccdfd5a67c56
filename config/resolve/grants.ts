import { hubRoleName } from "../aws-names";
import { audienceOf, isForHubsOf } from "./audience";
import type { ResolvedAwsBucket, ResolvedAwsClusterSite, ResolvedAwsSite } from "./aws-site";
import type { ResolvedClusterHub } from "./cluster-hub";
import type { ResolvedClusterSite } from "./cluster-site";
import type { ResolvedFederation } from "./federation";
import type { ResolvedGoogleBucket, ResolvedGoogleClusterSite, ResolvedGoogleSite } from "./google-site";
import { signsInByFederation } from "./hub-base";
import type { ResolvedKubernetesSite } from "./kubernetes-site";
import type { ResolvedSite } from "./site";
import { tokenIssuerOf } from "./token-issuer";

/** A site whose lake may be for hubs of others. */
export type Owner = ResolvedAwsSite | ResolvedGoogleSite;

/** A site whose hubs may read what others keep for them. */
export type Reader = ResolvedAwsClusterSite | ResolvedGoogleClusterSite | ResolvedKubernetesSite;

/** The sites of a federation, which is all that matters here. */
interface Sites {
  readonly sites: readonly ResolvedSite[];
}

/** The role of a hub's people. */
export interface HubRole {
  readonly account: string;
  readonly name: string;
}

/** A bucket of another site that a hub's people read. */
export interface GrantedBucket {
  readonly owner: ResolvedAwsSite;
  readonly bucket: ResolvedAwsBucket;
}

/** A hub of another site that reads a bucket. */
export interface ReadingHub {
  readonly site: Reader;
  readonly hub: ResolvedClusterHub;
}

export function isOwner(site: ResolvedSite): site is Owner {
  return site.provider === "aws" || site.provider === "google";
}

export function isReader(site: ResolvedSite): site is Reader {
  return site.provider === "kubernetes" || (isOwner(site) && site.cluster !== null);
}

/** Whether the config means a bucket for a hub of another site. Once, by the access of datasets; both ends follow from it. */
function isMeant(
  owner: Owner,
  bucket: ResolvedAwsBucket | ResolvedGoogleBucket,
  site: Reader,
  hub: ResolvedClusterHub,
) {
  if (site.id === owner.id || bucket.purpose !== "library" || bucket.public || !signsInByFederation(hub)) return false;
  if (bucket.requesterPays && !paysFor(owner, site)) return false;
  const audience = audienceOf(bucket, owner.datasets);
  return audience !== null && isForHubsOf(audience, site.id);
}

/** Whether a site's hubs read what their own account pays for: within AWS only, where an account pays that somebody agreed to. */
function paysFor(owner: Owner, site: Reader): boolean {
  if (owner.provider !== "aws" || site.provider !== "aws") return false;
  return site.account === owner.account || site.readsRequesterPays;
}

/**
 * Who keeps, in a cloud that is not their own, what hubs of a site are there: the first site there that has something for them. One for
 * all of that cloud, since clients are one somebody in each cloud. Null: nobody, because nothing there is for them, or they cannot be known.
 */
export function hostOf<P extends Owner["provider"]>(
  federation: Sites,
  provider: P,
  site: Reader,
): Extract<Owner, { provider: P }> | null {
  // A cluster that exists is somebody in S3 already: its store's.
  const known = site.provider !== provider && !(provider === "aws" && site.provider === "kubernetes");
  if (!known || tokenIssuerOf(site) === null) return null;
  const host = federation.sites.find(
    (owner): owner is Owner =>
      isOwner(owner) &&
      owner.provider === provider &&
      site.hubs.some((hub) => owner.buckets.some((bucket) => isMeant(owner, bucket, site, hub))),
  );
  return (host as Extract<Owner, { provider: P }> | undefined) ?? null;
}

function isGranted(
  federation: Sites,
  owner: Owner,
  bucket: ResolvedAwsBucket | ResolvedGoogleBucket,
  { site, hub }: ReadingHub,
): boolean {
  if (!isMeant(owner, bucket, site, hub)) return false;
  return owner.provider === site.provider || hostOf(federation, owner.provider, site) !== null;
}

/** Hubs of other sites that read a bucket, in the order of the sites. */
export function hubsReading(
  federation: Sites,
  owner: Owner,
  bucket: ResolvedAwsBucket | ResolvedGoogleBucket,
): ReadingHub[] {
  return federation.sites
    .filter(isReader)
    .flatMap((site) => site.hubs.map((hub) => ({ site, hub })))
    .filter((reading) => isGranted(federation, owner, bucket, reading));
}

/** Roles of other sites' hubs that read a bucket, in the order of the sites. */
export function rolesReading(
  federation: ResolvedFederation,
  owner: ResolvedAwsSite,
  bucket: ResolvedAwsBucket,
): HubRole[] {
  return hubsReading(federation, owner, bucket).flatMap(({ site, hub }) => hubRole(federation, site, hub) ?? []);
}

/** What a hub's people are in AWS: a role of the site's own account, or in that of a site there; null: nobody. */
export function hubRole(federation: ResolvedFederation, site: Reader, hub: ResolvedClusterHub): HubRole | null {
  const account = site.provider === "aws" ? site.account : hostOf(federation, "aws", site)?.account;
  return account === undefined ? null : { account, name: hubRoleName(federation.id, site.id, hub.id) };
}

/** Buckets in AWS of other sites that a hub's people read, beside those that anybody reads. */
export function bucketsGranted(federation: Sites, site: Reader, hub: ResolvedClusterHub): GrantedBucket[] {
  return federation.sites
    .filter((owner) => owner.provider === "aws")
    .flatMap((owner) => owner.buckets.map((bucket) => ({ owner, bucket })))
    .filter(({ owner, bucket }) => isGranted(federation, owner, bucket, { site, hub }));
}

/** Sites whose hubs a site keeps roles or identities for, in its own cloud. */
export function hostedBy(federation: Sites, host: Owner): Reader[] {
  return federation.sites.filter(isReader).filter((site) => hostOf(federation, host.provider, site)?.id === host.id);
}

/** Ids of the datasets that are not public and whose buckets a hub's people read all the same, its own site's first. */
export function closedDatasetsOf(federation: Sites, site: ResolvedClusterSite, hub: ResolvedClusterHub): string[] {
  const closed = ({ access }: { readonly access: unknown }) => access !== "public";
  const own = site.datasets.filter(
    ({ id, bucket }) => hub.publishes.includes(id) || hub.buckets.some((one) => one.id === bucket),
  );
  const at = federation.sites.filter(isReader).find((one) => one.id === site.id);
  const foreign = at
    ? federation.sites.filter(isOwner).flatMap((owner) => datasetsGranted(federation, owner, { site: at, hub }))
    : [];
  return [...own, ...foreign].filter(closed).map(({ id }) => id);
}

function datasetsGranted(federation: Sites, owner: Owner, reading: ReadingHub) {
  const granted = owner.buckets.filter((bucket) => isGranted(federation, owner, bucket, reading)).map(({ id }) => id);
  return owner.datasets.filter((dataset) => granted.includes(dataset.bucket));
}

/** Whether a site's `<site>-grants` has something for hubs of others: a right, or what they are in its cloud. */
export function isForOthers(federation: Sites, site: Owner): boolean {
  if (hostedBy(federation, site).length > 0) return true;
  // On AWS such rights are in the policies of buckets, which are the lake's.
  return site.provider === "google" && site.buckets.some((bucket) => hubsReading(federation, site, bucket).length > 0);
}
