import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import type { Construct } from "constructs";
import type { ResolvedGoogleSite } from "../../config/resolve/google-site";

export interface GoogleProviderProps {
  readonly federation: string;
  readonly site: Pick<ResolvedGoogleSite, "id" | "project" | "region" | "tags">;
}

/** Labels that costs are told by, of all that is a site's. */
export function siteLabels({
  federation,
  site,
}: {
  readonly federation: string;
  readonly site: Pick<ResolvedGoogleSite, "id" | "tags">;
}): Record<string, string> {
  return { ...site.tags, "managed-by": "isthmus", federation, site: site.id };
}

/** The engine's provider of a stack on Google Cloud: in one project, with labels that costs are told by on everything. */
export function googleProvider(scope: Construct, { federation, site }: GoogleProviderProps): GoogleProvider {
  const provider = new GoogleProvider(scope, "google", {
    project: site.project,
    region: site.region,
    // else a label of the provider's own, goog-terraform-provisioned
    addTerraformAttributionLabel: false,
  });
  // cdktf would write the keys of this map with underscores: https://github.com/hashicorp/terraform-cdk/issues/2681
  provider.addOverride("default_labels", siteLabels({ federation, site }));
  return provider;
}
