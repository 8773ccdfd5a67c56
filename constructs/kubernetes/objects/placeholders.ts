import { images } from "../../../charts/pins";
import { placeOf } from "../../../charts/place";
import { type Mirrors, mirrored } from "../../../config/names";
import type { ResolvedClusterHub } from "../../../config/resolve/cluster-hub";
import type { ResolvedPool } from "../../../config/resolve/pools";
import type { KubeObject } from "./object";
import { restrictedContainer, restrictedPod } from "./program";

export interface PlaceholdersProps {
  readonly hub: ResolvedClusterHub;
  readonly pools: readonly ResolvedPool[];
  readonly userScheduler: string;
  readonly placeholderClass: string;
  /** Registries whose images come from elsewhere. */
  readonly mirrors: Mirrors;
}

/**
 * What one placeholder keeps: the default profile's first size.
 *
 * @throws Error for a hub whose default size fits no pool, which a rule refuses
 */
export function keptRoom(hub: ResolvedClusterHub) {
  const profile = hub.profiles.find((one) => one.default);
  const size = profile?.sizes[0];
  if (!profile || !size) throw new Error(`${hub.id}: the default profile's first size fits no pool`);
  return { profile, size };
}

/**
 * Pods that keep room for servers of the default size, so that these start without waiting for a node: a user's pod takes the place
 * of one at once, and the one that had to go asks the autoscaler for a new node.
 *
 * @throws Error for a hub whose default size fits no pool, which a rule refuses
 */
export function placeholders({ hub, pools, userScheduler, placeholderClass, mirrors }: PlaceholdersProps): KubeObject {
  const { profile, size } = keptRoom(hub);
  const pool = pools.find((one) => one.id === size.pool);
  if (!pool) throw new Error(`${hub.id}: there is no pool ${size.pool}`);
  const gpus = profile.gpu > 0 ? { "nvidia.com/gpu": String(profile.gpu) } : {};
  const labels = { "app.kubernetes.io/name": "placeholder", "app.kubernetes.io/managed-by": "isthmus" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "placeholder", namespace: hub.namespace, labels },
    spec: {
      replicas: hub.placeholders,
      // On a full cluster they wait for room, and a release must not wait for them.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "100%" } },
      selector: { matchLabels: { "app.kubernetes.io/name": "placeholder" } },
      template: {
        metadata: { labels },
        spec: {
          schedulerName: userScheduler,
          priorityClassName: placeholderClass,
          ...placeOf(pool),
          terminationGracePeriodSeconds: 0,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: restrictedPod,
          containers: [
            {
              name: "pause",
              image: mirrored(images.pause, mirrors),
              resources: {
                requests: { cpu: String(size.cores), memory: String(size.memoryBytes), ...gpus },
                limits: { memory: String(size.memoryBytes), ...gpus },
              },
              securityContext: restrictedContainer,
            },
          ],
        },
      },
    },
  };
}
