import type { App } from "cdktf";
import type { ResolvedAwsSite } from "../../config/resolve/aws-site";
import { mirrorsOf } from "../../config/resolve/mirrors";
import { Mirrors } from "../../constructs/aws/mirrors";
import { awsProvider } from "../../constructs/aws/provider";
import { type FederationProps, SiteStack } from "../site-stack";

export interface AwsGrantsStackProps extends FederationProps {
  readonly site: ResolvedAwsSite;
}

/**
 * `<site>-grants`: what of the site's lake S3 copies to others'. After those lakes, which may copy into this one in turn: S3 takes no
 * configuration of copies into a bucket that is not there.
 */
export class AwsGrantsStack extends SiteStack {
  constructor(app: App, { federation, site, places }: AwsGrantsStackProps) {
    super(app, { federation, site: site.id, part: "grants", places });
    awsProvider(this, { federation: federation.id, site });
    const mirrors = mirrorsOf(federation).filter(({ from }) => from.site.id === site.id);
    new Mirrors(this, "mirrors", { federation: federation.id, site, mirrors });
  }
}
