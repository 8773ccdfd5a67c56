import type { App } from "cdktf";
import { googleMember } from "../../config/resolve/abroad";
import type { ResolvedGoogleSite } from "../../config/resolve/google-site";
import { hostedBy, hubsReading } from "../../config/resolve/grants";
import { tokenIssuerOf } from "../../config/resolve/token-issuer";
import { googleProvider } from "../../constructs/google/provider";
import { ReaderPool } from "../../constructs/google/reader-pool";
import { services } from "../../constructs/google/services";
import { grantReaders } from "../../constructs/google/store-rights";
import { type FederationProps, SiteStack } from "../site-stack";

export interface GoogleGrantsStackProps extends FederationProps {
  readonly site: ResolvedGoogleSite;
}

/** `<site>-grants`: what hubs of other sites read of the site's lake, and who those are that are not on Google Cloud. */
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
