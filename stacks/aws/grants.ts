import type { App } from "cdktf";
import type { ResolvedAwsSite } from "../../config/resolve/aws-site";
import { bucketsGranted, hostedBy } from "../../config/resolve/grants";
import { mirrorsOf } from "../../config/resolve/mirrors";
import { tokenIssuerOf } from "../../config/resolve/token-issuer";
import { Mirrors } from "../../constructs/aws/mirrors";
import { awsProvider } from "../../constructs/aws/provider";
import { ReaderRoles } from "../../constructs/aws/reader-roles";
import { type FederationProps, SiteStack } from "../site-stack";

export interface AwsGrantsStackProps extends FederationProps {
  readonly site: ResolvedAwsSite;
}

/**
 * `<site>-grants`: what of the site's lake S3 copies to others', and the roles of hubs on other clouds that this account knows. After
 * those lakes, which may copy into this one in turn: S3 takes no configuration of copies into a bucket that is not there.
 */
export class AwsGrantsStack extends SiteStack {
  constructor(app: App, { federation, site, places }: AwsGrantsStackProps) {
    super(app, { federation, site: site.id, part: "grants", places });
    awsProvider(this, { federation: federation.id, site });
    const mirrors = mirrorsOf(federation).filter(({ from }) => from.site.id === site.id);
    if (mirrors.length > 0) new Mirrors(this, "mirrors", { federation: federation.id, site, mirrors });
    for (const reader of hostedBy(federation, site)) {
      const hubs = reader.hubs
        .map((hub) => ({ hub, granted: bucketsGranted(federation, reader, hub) }))
        .filter(({ granted }) => granted.length > 0);
      new ReaderRoles(this, `readers-${reader.id}`, {
        ...{ federation: federation.id, account: site.account, hubs, site: reader.id },
        issuer: tokenIssuerOf(reader) ?? "",
      });
    }
  }
}
