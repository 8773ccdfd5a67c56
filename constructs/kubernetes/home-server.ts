import type { Construct } from "constructs";
import { homeNfsValues } from "../../charts/home-nfs";
import { charts } from "../../charts/pins";
import { homeNamespace } from "../../config/names";
import type { ResolvedClusterSite, ResolvedHome } from "../../config/resolve/cluster-site";
import { Namespace } from "./namespace";
import { homeNetwork } from "./objects/home-network";
import { ChartRelease, ObjectsRelease } from "./release";

/** The disk of a home file system: by a storage class of the cluster, or one that is kept outside it. */
export type HomeDisk =
  | { readonly kind: "class"; readonly storageClass: string }
  | { readonly kind: "ebs" | "pd"; readonly volumeId: string };

export interface HomeServerProps {
  readonly site: ResolvedClusterSite;
  readonly home: Extract<ResolvedHome, { kind: "nfs" }>;
  readonly disk: HomeDisk;
}

/** A server of homes on one disk, in a namespace of its own. */
export function homeServer(scope: Construct, id: string, { site, home, disk }: HomeServerProps): ChartRelease {
  const namespace = new Namespace(scope, `${id}-namespace`, {
    name: homeNamespace(site.id, home.id),
    labels: {},
    enforce: "privileged", // the server mounts a disk and sets quotas on it
    expires: site.expires,
  });
  const objects = new ObjectsRelease(scope, `${id}-objects`, {
    name: "home-objects",
    namespace: namespace.name,
    objects: homeNetwork({
      namespace: namespace.name,
      servicesNamespace: site.servicesNamespace,
      nodes: home.nodes,
    }),
    dependsOn: [namespace.resource],
  });
  return new ChartRelease(scope, id, {
    // A volume of a disk that is kept bears the release's name, and volumes are in no namespace.
    name: disk.kind === "class" ? "home" : `home-${home.id}`,
    namespace: namespace.name,
    chart: charts.homeNfs,
    mirrors: site.mirrors,
    values: homeNfsValues({ ...home, disk, pools: site.pools }),
    dependsOn: [objects.resource],
  });
}
