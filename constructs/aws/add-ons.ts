import { EksAddon } from "@cdktf/provider-aws/lib/eks-addon";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { awsRoleName } from "../../config/aws-names";
import type { EksAddons } from "../../config/machines/eks-versions";
import { Role } from "./role";
import { ofPods, type PodTrust } from "./trust";

export interface AddOnsProps {
  readonly federation: string;
  readonly site: string;
  /** The cluster's name, as a reference. */
  readonly cluster: string;
  /** How AWS knows its pods. */
  readonly podTrust: PodTrust;
  readonly versions: EksAddons;
  /** Tags of disks that pods ask for. */
  readonly tags: Readonly<Record<string, string>>;
  /** Where programs of the cluster itself run. */
  readonly place: { readonly nodeSelector: Readonly<Record<string, string>>; readonly tolerations: readonly object[] };
  /** What pods of deployments need: nodes. */
  readonly nodes: ITerraformDependable[];
  /** Whether homes are on EFS: its driver comes with them alone. */
  readonly efs: boolean;
}

interface AddOn {
  readonly name: keyof EksAddons;
  readonly values?: object;
  /** A service account that takes a role with a policy of AWS's. */
  readonly identity?: { readonly serviceAccount: string; readonly policy: string };
  readonly dependsOn: ITerraformDependable[];
}

/** What EKS itself keeps on a cluster: network with its policies, names, identity of pods, disks; in versions that go together. */
export class AddOns extends Construct {
  /** What nodes need to become ready. */
  readonly first: ITerraformDependable[];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: Omit<AddOnsProps, "nodes" | "place" | "efs">,
  ) {
    super(scope, id);
    const agent = props.podTrust.kind === "agent" ? [this.add({ name: "eks-pod-identity-agent", dependsOn: [] })] : [];
    const proxy = this.add({ name: "kube-proxy", dependsOn: [] });
    const network = this.add({
      name: "vpc-cni",
      values: {
        enableNetworkPolicy: "true",
        // A block of addresses for each interface instead of one each: more pods than a machine has addresses.
        env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" },
      },
      identity: { serviceAccount: "aws-node", policy: "AmazonEKS_CNI_Policy" },
      dependsOn: agent,
    });
    this.first = [...agent, proxy, network];
  }

  /** What runs on nodes, once they are there. */
  onNodes({ place, nodes, efs }: Pick<AddOnsProps, "place" | "nodes" | "efs">): void {
    this.add({ name: "coredns", values: place, dependsOn: nodes });
    this.add({
      name: "aws-ebs-csi-driver",
      // So that they are paid for by the site as all else is.
      values: { controller: { ...place, extraVolumeTags: this.props.tags } },
      identity: { serviceAccount: "ebs-csi-controller-sa", policy: "service-role/AmazonEBSCSIDriverPolicy" },
      dependsOn: nodes,
    });
    if (!efs) return;
    this.add({
      name: "aws-efs-csi-driver",
      values: { controller: place },
      identity: { serviceAccount: "efs-csi-controller-sa", policy: "service-role/AmazonEFSCSIDriverPolicy" },
      dependsOn: nodes,
    });
  }

  private add({ name, values, identity, dependsOn }: AddOn): EksAddon {
    const { federation, site, cluster, podTrust, versions } = this.props;
    const role = identity
      ? new Role(this, `${name}-role`, {
          name: awsRoleName(federation, site, name),
          description: `${name} of ${site} in ${federation}`,
          trust: ofPods(podTrust, { namespace: "kube-system", serviceAccount: identity.serviceAccount }),
          managed: [identity.policy],
        })
      : undefined;
    return new EksAddon(this, name, {
      clusterName: cluster,
      addonName: name,
      addonVersion: versions[name],
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      ...(values ? { configurationValues: JSON.stringify(values) } : {}),
      ...(role && identity ? this.bound(role.arn, identity.serviceAccount) : {}),
      dependsOn: [...dependsOn, ...(role?.rights ?? [])],
    });
  }
  /** Binds an add-on's service account to a role. */
  private bound(roleArn: string, serviceAccount: string) {
    if (this.props.podTrust.kind === "irsa") return { serviceAccountRoleArn: roleArn };
    return { podIdentityAssociation: [{ roleArn, serviceAccount }] };
  }
}
