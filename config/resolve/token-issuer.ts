import { gkeTokenIssuer } from "../google-names";
import type { ResolvedAwsClusterSite } from "./aws-site";
import type { ResolvedGoogleClusterSite } from "./google-site";
import type { ResolvedKubernetesSite } from "./kubernetes-site";

/** Who issues tokens of a cluster's pods, so that other clouds may know them; null: it is not known, or nobody outside may ask it. */
export function tokenIssuerOf(
  site: ResolvedAwsClusterSite | ResolvedGoogleClusterSite | ResolvedKubernetesSite,
): string | null {
  switch (site.provider) {
    case "google":
      return gkeTokenIssuer(site.project, site.region, site.cluster.name);
    case "aws":
      return site.cluster.tokenIssuer;
    case "kubernetes":
      return site.tokenIssuer;
  }
}
