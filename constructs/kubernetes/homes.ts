import type { Construct } from "constructs";
import { homesPath } from "../../charts/home-nfs";
import { homeNamespace } from "../../config/names";
import type { ResolvedHome } from "../../config/resolve/cluster-site";
import { serviceAddress } from "./lookup";
import type { HomeMount } from "./platform";

/** The Service of a home file system's server, in a namespace of its own. */
export const homeService = "home-nfs";

/** Where homes on NFS are mounted from: a server of the site's, or somebody else's. */
export function nfsMount(
  scope: Construct,
  site: string,
  home: Extract<ResolvedHome, { kind: "nfs" | "export" }>,
): HomeMount {
  if (home.kind === "export") return { kind: "nfs", server: home.server, path: home.path };
  return { kind: "nfs", server: serviceAddress(scope, homeService, homeNamespace(site, home.id)), path: homesPath };
}
