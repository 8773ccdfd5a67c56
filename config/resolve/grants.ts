import { hubRoleName } from "../names";
import { audienceOf, isForHubsOf } from "./audience";
import type { ResolvedAwsBucket, ResolvedAwsClusterSite, ResolvedAwsSite } from "./aws-site";
import type { ResolvedClusterHub } from "./cluster-hub";
import type { ResolvedClusterSite } from "./cluster-site";
import type { ResolvedFederation } from "./federation";
import { signsInByFederation } from "./hub-base";

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

/** What other sites' hubs may read is said once, by the access of datasets; both ends follow from it. */
function isGranted(
  owner: ResolvedAwsSite,
  bucket: ResolvedAwsBucket,
  site: ResolvedAwsClusterSite,
  hub: ResolvedClusterHub,
) {
  if (site.id === owner.id || bucket.purpose !== "library" || bucket.public || !signsInByFederation(hub)) return false;
  if (bucket.requesterPays && site.account !== owner.account && !site.readsRequesterPays) return false;
  const audience = audienceOf(bucket, owner.datasets);
  return audience !== null && isForHubsOf(audience, site.id);
}

function awsSites({ sites }: ResolvedFederation): ResolvedAwsSite[] {
  return sites.filter((site) => site.provider === "aws");
}

/** Roles of other sites' hubs that read a bucket, in the order of the sites. */
export function rolesReading(
  federation: ResolvedFederation,
  owner: ResolvedAwsSite,
  bucket: ResolvedAwsBucket,
): HubRole[] {
  return awsSites(federation).flatMap((site) =>
    site.cluster === null
      ? []
      : site.hubs
          .filter((hub) => isGranted(owner, bucket, site, hub))
          .map((hub) => ({ account: site.account, name: hubRoleName(federation.id, site.id, hub.id) })),
  );
}

/** Buckets of other sites that a hub's people read, beside those that anybody reads. */
export function bucketsGranted(
  federation: ResolvedFederation,
  site: ResolvedAwsClusterSite,
  hub: ResolvedClusterHub,
): GrantedBucket[] {
  return awsSites(federation).flatMap((owner) =>
    owner.buckets.filter((bucket) => isGranted(owner, bucket, site, hub)).map((bucket) => ({ owner, bucket })),
  );
}

/** Ids of the datasets that are not public and whose buckets a hub's people read all the same, its own site's first. */
export function closedDatasetsOf(
  federation: ResolvedFederation,
  site: ResolvedClusterSite,
  hub: ResolvedClusterHub,
): string[] {
  const closed = ({ access }: { readonly access: unknown }) => access !== "public";
  const own = site.datasets.filter(
    ({ id, bucket }) => hub.publishes.includes(id) || hub.buckets.some((one) => one.id === bucket),
  );
  const at = awsSites(federation).find((one) => one.id === site.id);
  const granted = at?.cluster ? bucketsGranted(federation, at, hub) : [];
  const foreign = granted.flatMap(({ owner, bucket }) =>
    owner.datasets.filter((dataset) => dataset.bucket === bucket.id),
  );
  return [...own, ...foreign].filter(closed).map(({ id }) => id);
}
