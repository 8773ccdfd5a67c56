import { ArtifactRegistryRepositoryIamMember } from "@cdktf/provider-google/lib/artifact-registry-repository-iam-member";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { googleAccountId } from "../../config/google-names";
import type { ResolvedGoogleCache } from "../../config/resolve/google-cache";

export interface NodeAccountProps {
  readonly federation: string;
  readonly site: string;
  readonly project: string;
  readonly region: string;
  readonly cache: ResolvedGoogleCache | null;
  /** The repositories of the cache. */
  readonly repositories: ITerraformDependable[];
  readonly dependsOn: ITerraformDependable[];
}

/** What a machine itself may do: write logs and metrics, and pull images from the site's cache. What its pods may do is theirs. */
export class NodeAccount extends Construct {
  readonly email: string;
  /** What must be there before a machine is. */
  readonly rights: ITerraformDependable[];

  constructor(scope: Construct, id: string, props: NodeAccountProps) {
    super(scope, id);
    const { federation, site, project, region, cache, repositories, dependsOn } = props;
    const account = new ServiceAccount(this, "account", {
      accountId: googleAccountId(federation, site, "node"),
      displayName: `Nodes of ${site} in ${federation}`,
      dependsOn,
    });
    this.email = account.email;
    const member = `serviceAccount:${account.email}`;
    const node = new ProjectIamMember(this, "node", {
      project,
      role: "roles/container.defaultNodeServiceAccount",
      member,
    });
    const pulls = (cache?.registries ?? []).map(
      ({ registry, repository }) =>
        new ArtifactRegistryRepositoryIamMember(this, `pulls-${registry}`, {
          location: region,
          repository,
          role: "roles/artifactregistry.reader",
          member,
          dependsOn: repositories,
        }),
    );
    this.rights = [node, ...pulls];
  }
}
