import { AutoscalingGroupTagA } from "@cdktf/provider-aws/lib/autoscaling-group-tag";
import { EksNodeGroup } from "@cdktf/provider-aws/lib/eks-node-group";
import { LaunchTemplate } from "@cdktf/provider-aws/lib/launch-template";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { autoscalingTags } from "../../charts/cluster-autoscaler";
import type { ResolvedAwsPool } from "../../config/resolve/aws-cluster";
import type { Taint } from "../../config/resolve/pools";
import { nodeConfig } from "./node-config";

export interface NodePoolProps {
  /** The cluster's name, and the same as a reference. */
  readonly clusterName: string;
  readonly cluster: string;
  readonly kubernetes: string;
  readonly roleArn: string;
  readonly pool: ResolvedAwsPool;
  /** Private subnets by zone. */
  readonly subnets: Readonly<Record<string, string>>;
  /** Tags of machines, disks and interfaces: what the engine's provider tags is only the groups. */
  readonly tags: Readonly<Record<string, string>>;
  readonly dependsOn: ITerraformDependable[];
}

const GI = 2 ** 30;

/** What keeps new pods off a pool that is to go. */
const retiring: Taint = { key: "isthmus/retiring", value: "true", effect: "NoSchedule" };

/** A pool: its machines, one group of them, and a second one at the full price where spot may have no room. */
export class NodePool extends Construct {
  readonly groups: ITerraformDependable[];

  constructor(scope: Construct, id: string, props: NodePoolProps) {
    super(scope, id);
    const { pool } = props;
    const template = this.template(props);
    this.groups = [this.group("nodes", pool.nodeGroup, pool.spot ? "SPOT" : "ON_DEMAND", template, props)];
    if (pool.onDemandGroup)
      this.groups.push(this.group("full-price", pool.onDemandGroup, "ON_DEMAND", template, props));
  }

  private template({ clusterName, pool, tags }: NodePoolProps): LaunchTemplate {
    const named = { ...tags, Name: `${clusterName}-${pool.id}`, pool: pool.id, purpose: pool.for };
    return new LaunchTemplate(this, "template", {
      name: `${clusterName}-${pool.nodeGroup}`,
      updateDefaultVersion: true,
      tags: { Name: `${clusterName}-${pool.nodeGroup}` },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeSize: pool.diskBytes / GI,
            volumeType: "gp3",
            encrypted: "true",
            deleteOnTermination: "true",
          },
        },
      ],
      // Pods are somebody by Pod Identity; what the machine may do is not theirs.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      monitoring: { enabled: false },
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags: named,
      })),
      userData: Buffer.from(nodeConfig(pool.pods, pool.reserved)).toString("base64"),
    });
  }

  private group(
    id: string,
    name: string,
    capacityType: "SPOT" | "ON_DEMAND",
    template: LaunchTemplate,
    { clusterName, cluster, kubernetes, roleArn, pool, subnets, tags, dependsOn }: NodePoolProps,
  ): EksNodeGroup {
    const taints = pool.retiring ? [...pool.taints, retiring] : pool.taints;
    const first = id === "nodes";
    const group = new EksNodeGroup(this, id, {
      clusterName: cluster,
      nodeGroupName: name,
      nodeRoleArn: roleArn,
      version: kubernetes,
      amiType: amiType(pool),
      capacityType,
      instanceTypes: [...pool.machines],
      subnetIds: pool.zones.flatMap((zone) => subnets[zone] ?? []),
      scalingConfig: {
        minSize: first ? pool.minNodes : 0,
        desiredSize: first ? pool.minNodes : 0,
        maxSize: pool.maxNodes,
      },
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: { enabled: true },
      labels: { ...pool.labels },
      taint: taints.map(({ key, value, effect }) => ({ key, value, effect: eksEffects[effect] })),
      launchTemplate: { id: template.id, version: `${template.latestVersion}` },
      tags: { ...tags, pool: pool.id, purpose: pool.for },
      // How many there are is the autoscaler's.
      lifecycle: { ignoreChanges: ["scaling_config[0].desired_size"] },
      dependsOn,
    });
    this.tellAutoscaler(id, group, autoscalingTags(clusterName, { labels: pool.labels, taints, gpus: pool.gpus }));
    return group;
  }

  /** Tags of the group of machines that EKS makes: by them the autoscaler knows nodes of which there are none. */
  private tellAutoscaler(id: string, group: EksNodeGroup, tags: Readonly<Record<string, string>>): void {
    const autoscalingGroupName = group.resources.get(0).autoscalingGroups.get(0).name;
    for (const [key, value] of Object.entries(tags))
      if (key.includes("/node-template/")) {
        const what = key.slice(key.indexOf("/node-template/") + "/node-template/".length).replaceAll(/[^\w-]/g, "-");
        new AutoscalingGroupTagA(this, `${id}-${what}`, {
          autoscalingGroupName,
          tag: { key, value, propagateAtLaunch: false },
        });
      }
  }
}

const eksEffects = {
  NoSchedule: "NO_SCHEDULE",
  NoExecute: "NO_EXECUTE",
  PreferNoSchedule: "PREFER_NO_SCHEDULE",
} as const;

function amiType({ architecture, gpus }: ResolvedAwsPool): string {
  const machine = architecture === "arm64" ? "ARM_64" : "x86_64";
  return `AL2023_${machine}_${gpus > 0 ? "NVIDIA" : "STANDARD"}`;
}
