import { autoscalerName, clusterAutoscalerValues } from "../../charts/cluster-autoscaler";
import { externalDnsName } from "../../charts/external-dns";
import { charts } from "../../charts/pins";
import { awsRoleName } from "../../config/aws-names";
import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import { constructId } from "../construct-id";
import { homeServer } from "../kubernetes/home-server";
import type { Service } from "../kubernetes/platform";
import { diskId, hostedZone } from "./lookup";
import { PodRole } from "./role";
import type { Statement } from "./statement";

/** The class of disks that hubs make: encrypted gp3, gone with what it was made for. */
export const diskStorage: Service = ({ objects, platform }) => {
  objects("storage", [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: platform.storageClass ?? "" },
      provisioner: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true" },
      reclaimPolicy: "Delete",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    },
  ]);
};

/** The autoscaler, with rights on this cluster's groups of machines only. */
export function machines(federation: string, site: ResolvedAwsClusterSite): Service {
  return ({ scope, chart }) => {
    const { name, pools, retiring } = site.cluster;
    const { annotations: identity, ready } = new PodRole(scope, "autoscaler-identity", {
      site,
      namespace: site.servicesNamespace,
      serviceAccount: autoscalerName,
      name: awsRoleName(federation, site.id, autoscalerName),
      description: `Autoscaler of ${name}`,
      statements: autoscalerRights(name, site),
    });
    const spotGroups = [...pools, ...retiring].filter((pool) => pool.spot).map((pool) => `.*${pool.nodeGroup}.*`);
    chart("autoscaler", {
      name: autoscalerName,
      chart: charts.clusterAutoscaler,
      values: clusterAutoscalerValues({ pools, cluster: name, region: site.region, identity, spotGroups }),
      dependsOn: ready,
    });
  };
}

/** https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md */
function autoscalerRights(cluster: string, { account, region }: ResolvedAwsClusterSite): Statement[] {
  return [
    {
      Sid: "See",
      Effect: "Allow",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
        "autoscaling:DescribeTags",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
      ],
      Resource: "*", // these know no resource
    },
    {
      Sid: "SeeNodeGroups",
      Effect: "Allow",
      Action: "eks:DescribeNodegroup",
      Resource: `arn:aws:eks:${region}:${account}:nodegroup/${cluster}/*`,
    },
    {
      Sid: "Scale",
      Effect: "Allow",
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*`,
      Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${cluster}`]: "owned" } },
    },
  ];
}

/** Ids of parts of homes, among them what mounts them in a zone. */
const taken = /-(?:disk|file-system|namespace|objects|[a-z]+-[a-z]+-\d[a-z])$/;

/** Servers of homes, on disks that a stack of their own keeps. */
export const homeServers: Service = ({ scope, site, release }) => {
  for (const home of site.homes) {
    if (home.kind !== "nfs" || !home.disk) continue;
    const volumeId = diskId(scope, home.id, home.disk);
    release(homeServer(scope, `home-${constructId(home.id, taken)}`, { site, home, disk: { kind: "ebs", volumeId } }));
  }
};

/** Who makes the site's records: nobody's but those below its domain. */
export function zoneRights(federation: string, site: ResolvedAwsClusterSite): Service {
  return ({ scope, release }) => {
    if (site.dns.kind !== "route53") return;
    const statements = recordRights(hostedZone(scope, site.dns.zone), site.domain);
    const programs = site.tls.kind === "acme" ? [externalDnsName, certManagerName] : [externalDnsName];
    for (const program of programs) {
      const { ready } = new PodRole(scope, `${program}-identity`, {
        site,
        namespace: site.servicesNamespace,
        serviceAccount: program,
        name: awsRoleName(federation, site.id, program),
        description: `${program} of ${site.id} in ${federation}`,
        statements,
      });
      for (const resource of ready) release({ resource });
    }
  };
}

/** cert-manager's service account. */
export const certManagerName = "cert-manager";

function recordRights(zoneId: string, domain: string): Statement[] {
  return [
    {
      Sid: "Change",
      Effect: "Allow",
      Action: "route53:ChangeResourceRecordSets",
      Resource: `arn:aws:route53:::hostedzone/${zoneId}`,
      Condition: {
        "ForAllValues:StringLike": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": [domain, `*.${domain}`, `*-${domain}`],
        },
      },
    },
    {
      Sid: "SeeRecords",
      Effect: "Allow",
      Action: ["route53:ListResourceRecordSets", "route53:ListTagsForResources"],
      Resource: `arn:aws:route53:::hostedzone/${zoneId}`,
    },
    { Sid: "SeeChanges", Effect: "Allow", Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
    {
      Sid: "FindZone",
      Effect: "Allow",
      Action: ["route53:ListHostedZones", "route53:ListHostedZonesByName"],
      Resource: "*", // these know no resource
    },
  ];
}
