import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import type { App } from "cdktf";
import { hubAccountId } from "../../config/google-names";
import type { ResolvedGoogleSite } from "../../config/resolve/google-site";
import { type TransferredCopy, transferredCopies } from "../../config/resolve/mirrors";
import { expiryLifecycle } from "../../constructs/expiry";
import { Bucket } from "../../constructs/google/bucket";
import type { LoggedBucket } from "../../constructs/google/bucket-lifecycle";
import { LakeKey } from "../../constructs/google/lake-key";
import { googleProvider } from "../../constructs/google/provider";
import { services } from "../../constructs/google/services";
import { TransferAgent, type TransferAgentProps } from "../../constructs/google/transfer-agent";
import type { TransferUse } from "../../constructs/google/transfer-rights";
import { type FederationProps, SiteStack } from "../site-stack";

export interface GoogleLakeStackProps extends FederationProps {
  readonly site: ResolvedGoogleSite;
}

/**
 * `<site>-lake`: the site's buckets with all that is said of them, and the accounts that its hubs and its jobs of Storage Transfer are, since
 * rights are given only to accounts that are there: those of other sites outlive every hub. It lives for years; the guard keeps it. Buckets
 * that exist are not in it.
 */
export class GoogleLakeStack extends SiteStack {
  constructor(app: App, { federation, site, places }: GoogleLakeStackProps) {
    super(app, { federation, site: site.id, part: "lake", places });
    googleProvider(this, { federation: federation.id, site });
    const made = site.buckets.filter((bucket) => !bucket.existing);
    const key = made.some((bucket) => bucket.ownKey)
      ? new LakeKey(this, "lake-key", { federation: federation.id, site: site.id, region: site.region })
      : null;
    const { lifecycle } = { lifecycle: undefined, ...expiryLifecycle(this, site.expires) };
    const copies = transferredCopies(federation);
    const copied: TransferAgentProps["buckets"][number][] = [];
    const logged = made.flatMap((bucket): LoggedBucket[] =>
      bucket.usageLogs ? [{ ...bucket, usageLogs: bucket.usageLogs }] : [],
    );
    const buckets = new Map<string, Bucket>();
    // where logs lie, no use is logged
    for (const bucket of [...made].sort((a, b) => Number(a.usageLogs !== null) - Number(b.usageLogs !== null))) {
      const one = new Bucket(this, `bucket-${bucket.id}`, {
        bucket,
        region: site.region,
        key: bucket.ownKey ? key : null,
        logged: logged.filter(({ usageLogs }) => usageLogs.into === bucket.id),
        logs: buckets.get(bucket.usageLogs?.into ?? "") ?? null,
        lifecycle,
      });
      buckets.set(bucket.id, one);
      const { name } = one;
      const uses = transferUses(copies, site, bucket.id);
      if (uses.length > 0) copied.push({ id: bucket.id, name, uses });
    }
    if (copied.length > 0) new TransferAgent(this, "transfer-agent", { buckets: copied });
    const accounts = site.hubs.length > 0 ? services(this, ["iam"]) : null;
    for (const hub of site.hubs)
      new ServiceAccount(this, `hub-${hub.id}`, {
        accountId: hubAccountId(federation.id, site.id, hub.id),
        displayName: `People of hub ${hub.id} of ${site.id} in ${federation.id}`,
        dependsOn: accounts?.("iam") ?? [],
      });
  }
}

/** What jobs of the site's own project do with a bucket of it. Those of others are told in its grants. */
function transferUses(
  copies: readonly TransferredCopy[],
  { id, project }: ResolvedGoogleSite,
  bucket: string,
): TransferUse[] {
  return copies.flatMap(({ from, to }): TransferUse[] => [
    ...(from.site.id === id && from.bucket.id === bucket && to.site.project === project ? (["read"] as const) : []),
    ...(to.site.id === id && to.bucket.id === bucket ? (["write"] as const) : []),
  ]);
}
