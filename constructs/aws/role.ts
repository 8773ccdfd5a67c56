import { EksPodIdentityAssociation } from "@cdktf/provider-aws/lib/eks-pod-identity-association";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { awsRoleArn } from "../../config/aws-names";
import type { ResolvedAwsClusterSite } from "../../config/resolve/aws-site";
import type { Statement } from "./statement";
import { foundPodTrust } from "./token-issuer";
import { ofPods, type PodAccount, type Trust } from "./trust";

export interface RoleProps {
  readonly name: string;
  readonly description: string;
  /** Who takes it. */
  readonly trust: Trust;
  /** What it may do by policies of its own. */
  readonly statements?: readonly Statement[];
  /** Policies that AWS keeps, by name below `policy/`: what a program of AWS's own needs. */
  readonly managed?: readonly string[];
  /** Beside those of everything that is the site's. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A role of IAM: who takes it, and all that it may do. */
export class Role extends Construct {
  readonly arn: string;
  readonly name: string;
  /** What it may do: what uses the role waits for it. */
  readonly rights: ITerraformDependable[];

  constructor(scope: Construct, id: string, props: RoleProps) {
    super(scope, id);
    const { name, description, trust, statements = [], managed = [], tags } = props;
    const role = new IamRole(this, "role", {
      name,
      description,
      assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
      ...(tags ? { tags: { ...tags } } : {}),
    });
    const attached = managed.map(
      (policy) =>
        new IamRolePolicyAttachment(this, policy.split("/").at(-1) ?? policy, {
          role: role.name,
          policyArn: `arn:aws:iam::aws:policy/${policy}`,
        }),
    );
    const own =
      statements.length > 0
        ? [
            new IamRolePolicy(this, "policy", {
              name: "own",
              role: role.name,
              policy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
            }),
          ]
        : [];
    this.arn = role.arn;
    this.name = role.name;
    this.rights = [...attached, ...own];
  }
}

export interface PodRoleProps extends Omit<RoleProps, "trust">, PodAccount {
  readonly site: ResolvedAwsClusterSite;
}

/** A role that pods of one service account take: no key. */
export class PodRole extends Construct {
  /** Of the service account. */
  readonly annotations: Readonly<Record<string, string>>;
  /** What the pods wait for: those that start before are nobody. */
  readonly ready: ITerraformDependable[];

  constructor(scope: Construct, id: string, { site, namespace, serviceAccount, ...role }: PodRoleProps) {
    super(scope, id);
    const how = foundPodTrust(this, site);
    const { arn, rights } = new Role(this, "role", { ...role, trust: ofPods(how, { namespace, serviceAccount }) });
    this.annotations = podAnnotations(site, role.name);
    if (how.kind === "irsa") {
      this.ready = rights;
      return;
    }
    const association = new EksPodIdentityAssociation(this, "association", {
      clusterName: site.cluster.name,
      namespace,
      serviceAccount,
      roleArn: arn,
      ...(role.tags ? { tags: { ...role.tags } } : {}),
      dependsOn: rights,
    });
    this.ready = [association];
  }
}

/** Annotations of a service account whose pods take a role: none where an agent knows the account by its name. */
export function podAnnotations({ account, cluster }: ResolvedAwsClusterSite, role: string): Record<string, string> {
  return cluster.podIdentity.kind === "agent" ? {} : { "eks.amazonaws.com/role-arn": awsRoleArn(account, role) };
}
