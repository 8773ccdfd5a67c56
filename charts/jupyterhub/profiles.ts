import type { ResolvedClusterHub, ResolvedClusterProfile } from "../../config/resolve/cluster-hub";
import type { ResolvedPool } from "../../config/resolve/pools";
import { daskGatewayNames, daskGatewayPath } from "../dask-gateway/names";
import { imageExpression, literalTexts } from "./expressions";
import type { Profile, SpawnerOverride } from "./z2jh";

type Size = ResolvedClusterProfile["sizes"][number];

/** The memory of a size that shared memory (`/dev/shm`) may take: PyTorch's loaders fill it, and it counts as the notebook's. */
const sharedMemoryPart = 0.5;

/**
 * The spawn form: an entry for each profile, the hub's default first, each with its sizes. Who may take one is the hub's to
 * say, which asks again when a server starts.
 */
export function profileList(hub: ResolvedClusterHub, pools: readonly ResolvedPool[]): Profile[] {
  const ordered = [...hub.profiles].sort((a, b) => Number(b.default) - Number(a.default));
  return ordered.map((profile) => ({
    slug: profile.id,
    display_name: profile.title,
    ...(profile.description ? { description: profile.description } : {}),
    ...(profile.default ? { default: true as const } : {}),
    kubespawner_override: overrideOf(profile, hub),
    profile_options: {
      size: {
        display_name: "Size",
        choices: Object.fromEntries(
          profile.sizes.map((size, i) => [
            size.id,
            {
              display_name: size.title,
              ...(i === 0 ? { default: true as const } : {}),
              kubespawner_override: sizeOverride(size, profile, pools),
            },
          ]),
        ),
      },
      ...imageOption(profile),
    },
  }));
}

function overrideOf(profile: ResolvedClusterProfile, hub: ResolvedClusterHub): SpawnerOverride {
  const { gpu } = profile;
  const environment = {
    ...(gpu > 0 ? { NVIDIA_DRIVER_CAPABILITIES: "compute,utility" } : {}),
    ...profile.environment,
    ...(profile.dask && hub.dask ? daskEnvironment(profile, hub) : {}),
  };
  return {
    image: profile.image,
    default_url: profile.url,
    ...(Object.keys(environment).length > 0 ? { environment: literalTexts(environment) } : {}),
    ...(gpu > 0 ? { extra_resource_limits: { "nvidia.com/gpu": String(gpu) } } : {}),
  };
}

/** Makes a bare `Gateway()` work, dashboards reachable, and the lab's Dask panel use the gateway. */
function daskEnvironment(
  { environment }: ResolvedClusterProfile,
  { namespace, releases }: ResolvedClusterHub,
): Record<string, string> {
  const traefik = `${daskGatewayNames(releases.daskGateway).traefik}.${namespace}`;
  return {
    DASK_GATEWAY__ADDRESS: `http://${traefik}${daskGatewayPath}`,
    DASK_GATEWAY__PROXY_ADDRESS: `gateway://${traefik}:80`,
    DASK_GATEWAY__PUBLIC_ADDRESS: `${daskGatewayPath}/`,
    DASK_GATEWAY__AUTH__TYPE: "jupyterhub",
    DASK_GATEWAY__CLUSTER__OPTIONS__IMAGE: "{JUPYTER_IMAGE_SPEC}",
    // Workers get the profile's variables too: the client sends them with its request.
    ...(Object.keys(environment).length > 0
      ? { DASK_GATEWAY__CLUSTER__OPTIONS__ENVIRONMENT: JSON.stringify(environment) }
      : {}),
    DASK_LABEXTENSION__FACTORY__MODULE: "dask_gateway",
    DASK_LABEXTENSION__FACTORY__CLASS: "GatewayCluster",
  };
}

function sizeOverride(
  size: Size,
  { environment }: ResolvedClusterProfile,
  pools: readonly ResolvedPool[],
): SpawnerOverride {
  const pool = pools.find(({ id }) => id === size.pool);
  const threads = String(Math.max(1, Math.round(size.cores)));
  return {
    cpu_guarantee: size.cores,
    cpu_limit: size.coresLimit,
    mem_guarantee: size.memoryBytes,
    mem_limit: size.memoryBytes,
    // Libraries count the node's cores, not the share that is promised. What the profile says itself stays.
    environment: Object.fromEntries(
      threadVariables.filter((name) => !(name in environment)).map((name) => [name, threads]),
    ),
    volumes: {
      "shared-memory": {
        name: "shared-memory",
        emptyDir: { medium: "Memory", sizeLimit: String(Math.floor(size.memoryBytes * sharedMemoryPart)) },
      },
    },
    ...(pool ? { node_selector: pool.select, tolerations: pool.tolerations } : {}),
  };
}

const threadVariables = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"] as const;

function imageOption({ image, imageTold, otherImages }: ResolvedClusterProfile) {
  if (otherImages.length === 0) return {};
  return {
    image: {
      display_name: "Image",
      choices: { own: { display_name: imageTold, default: true as const, kubespawner_override: { image } } },
      unlisted_choice: {
        enabled: true as const,
        display_name: "Name of the image",
        display_name_in_choices: "Another image",
        validation_regex: imageExpression(otherImages),
        validation_message: `One of ${otherImages.join(", ")}`,
        kubespawner_override: { image: "{value}" },
      },
    },
  };
}
