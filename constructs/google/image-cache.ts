import { ArtifactRegistryRepository } from "@cdktf/provider-google/lib/artifact-registry-repository";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ResolvedGoogleCache } from "../../config/resolve/google-cache";

export interface ImageCacheProps {
  readonly region: string;
  readonly cache: ResolvedGoogleCache;
  readonly dependsOn: ITerraformDependable[];
}

/** Where Artifact Registry finds each registry. Docker Hub is one that it knows by a word. */
const upstreams = {
  "quay.io": { customRepository: { uri: "https://quay.io" } },
  "registry.k8s.io": { customRepository: { uri: "https://registry.k8s.io" } },
  "docker.io": { publicRepository: "DOCKER_HUB" },
  "ghcr.io": { customRepository: { uri: "https://ghcr.io" } },
} as const;

const secondsPerDay = 86_400;

/** Registries whose images nodes get through the project's own: who asks for one first brings it, and it goes after some days. */
export class ImageCache extends Construct {
  readonly repositories: ITerraformDependable[];

  constructor(scope: Construct, id: string, { region, cache, dependsOn }: ImageCacheProps) {
    super(scope, id);
    this.repositories = cache.registries.map(
      ({ registry, repository, signIn }) =>
        new ArtifactRegistryRepository(this, registry, {
          repositoryId: repository,
          location: region,
          format: "DOCKER",
          mode: "REMOTE_REPOSITORY",
          description: `Images of ${registry}`,
          remoteRepositoryConfig: {
            description: registry,
            dockerRepository: upstreams[registry],
            ...(signIn === null
              ? {}
              : {
                  upstreamCredentials: {
                    usernamePasswordCredentials: { username: signIn.username, passwordSecretVersion: signIn.secret },
                  },
                }),
          },
          cleanupPolicies: [
            {
              id: "who-asks-brings-it-back",
              action: "DELETE",
              condition: { olderThan: `${cache.keepDays * secondsPerDay}s` },
            },
          ],
          dependsOn,
        }),
    );
  }
}
