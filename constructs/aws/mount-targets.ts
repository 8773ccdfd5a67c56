import { EfsMountTarget } from "@cdktf/provider-aws/lib/efs-mount-target";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import type { Construct } from "constructs";
import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import { constructId } from "../construct-id";
import type { Service } from "../kubernetes/platform";
import { clusterNetwork, fileSystemId, privateSubnet } from "./lookup";

const nfsPort = 2049;

/** Where nodes reach homes on EFS: an address in each zone, open to them alone. Those of a file system that exists are its owner's. */
export function mountTargets(site: ResolvedAwsClusterSite): Service {
  return ({ scope }) => {
    const made = site.homes.flatMap((home) => (home.kind === "efs" && home.existing === null ? [home] : []));
    if (made.length === 0) return;
    const { vpcId, securityGroup } = clusterNetwork(scope, site.cluster.name);
    const name = `${site.cluster.name}-homes`;
    const group = new SecurityGroup(scope, "homes-access", {
      vpcId,
      name,
      description: "Homes on EFS, for nodes",
      ingress: [
        { protocol: "tcp", fromPort: nfsPort, toPort: nfsPort, securityGroups: [securityGroup], description: "NFS" },
      ],
      tags: { Name: name },
    });
    const subnets = new Map(site.zones.map((zone) => [zone, subnetOf(scope, site, zone)]));
    for (const home of made) {
      const fileSystem = fileSystemId(scope, home);
      for (const [zone, subnetId] of subnets)
        new EfsMountTarget(scope, `${constructId(home.id, /^private$/)}-${zone}`, {
          fileSystemId: fileSystem,
          subnetId,
          securityGroups: [group.id],
        });
    }
  };
}

function subnetOf(scope: Construct, { cluster }: ResolvedAwsClusterSite, zone: string): string {
  if (cluster.network.kind === "made") return privateSubnet(scope, cluster.name, zone);
  const subnet = cluster.network.privateSubnets[zone];
  if (subnet === undefined) throw new Error(`no subnet in ${zone}`);
  return subnet;
}
