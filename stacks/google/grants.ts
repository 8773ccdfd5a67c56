import type { App } from "cdktf";
import { Construct } from "constructs";
import { transferAgent } from "../../config/google-names";
import { googleMember } from "../../config/resolve/abroad";
import type { ResolvedGoogleSite } from "../../config/resolve/google-site";
import { hostedBy, hubsReading } from "../../config/resolve/grants";
import { transferredCopies } from "../../config/resolve/mirrors";
import { tokenIssuerOf } from "../../config/resolve/token-issuer";
import { googleProvider } from "../../constructs/google/provider";
import { ReaderPool } from "../../constructs/google/reader-pool";
import { services } from "../../constructs/google/services";
import { grantReaders } from "../../constructs/google/store-rights";
import { transferJob } from "../../constructs/google/transfer-job";
import { TransferRights } from "../../constructs/google/transfer-rights";
import { type FederationProps, SiteStack } from "../site-stack";

export interface GoogleGrantsStackProps extends FederationProps {
  readonly site: ResolvedGoogleSite;
}

/**
 * `<site>-grants`: what hubs of other sites read of the site's lake, and who those are that are not on Google Cloud; the jobs that fill its
 * copies of others' datasets, and what jobs of other projects read of its own.
 */
export class GoogleGrantsStack extends SiteStack {
  constructor(app: App, { federation, site, places }: GoogleGrantsStackProps) {
    super(app, { federation, site: site.id, part: "grants", places });
    googleProvider(this, { federation: federation.id, site });
    const hosted = hostedBy(federation, site);
    const known = hosted.length > 0 ? [this.pool(federation.id, site.id, hosted.map(readerOf)).resource] : [];
    for (const bucket of site.buckets) {
      const readers = hubsReading(federation, site, bucket).flatMap((reading) => {
        const member = googleMember(federation, reading);
        return member === null ? [] : [{ id: `${reading.site.id}-${reading.hub.id}`, member }];
      });
      if (readers.length > 0)
        grantReaders(this, `read-${bucket.id}`, { bucket, project: site.project, readers, known });
    }
    this.copies({ federation, site });
  }

  /** Jobs that fill the site's copies, and rights on its buckets for those of other projects, which are known by their numbers. */
  private copies({ federation, site }: Pick<GoogleGrantsStackProps, "federation" | "site">): void {
    const all = transferredCopies(federation);
    const abroad = all.filter(({ from, to }) => from.site.id === site.id && to.site.project !== site.project);
    for (const bucket of site.buckets) {
      const copied = abroad.filter(({ from }) => from.bucket.id === bucket.id);
      if (copied.length === 0) continue;
      // A level for each: ids of buckets and of projects have hyphens, which would not tell where one ends.
      const rights = new Construct(this, `copied-${bucket.id}`);
      for (const [project, { projectNumber }] of new Map(copied.map(({ to }) => [to.site.project, to.site])))
        new TransferRights(rights, project, {
          bucket: bucket.name,
          // A rule wants the number; without it nothing is brought up.
          member: `serviceAccount:${transferAgent(projectNumber ?? "")}`,
          uses: ["read"],
        });
    }
    // Below one of their own: ids of datasets have dots, which tell two apart only where cdktf adds a digest of the path.
    const jobs = new Construct(this, "copies");
    for (const copy of all.filter(({ to }) => to.site.id === site.id))
      transferJob(jobs, copy.dataset.id, { federation: federation.id, copy });
  }

  private pool(federation: string, site: string, readers: { readonly id: string; readonly issuer: string }[]) {
    const ready = services(this, ["iam", "iamcredentials", "sts"]);
    const dependsOn = ready("iam", "iamcredentials", "sts");
    return new ReaderPool(this, "readers", { federation, site, readers, dependsOn });
  }
}

function readerOf(site: Parameters<typeof tokenIssuerOf>[0]) {
  return { id: site.id, issuer: tokenIssuerOf(site) ?? "" };
}
