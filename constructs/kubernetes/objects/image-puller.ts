import { images } from "../../../charts/pins";
import { type Mirrors, mirrored } from "../../../config/names";
import type { ResolvedPool } from "../../../config/resolve/pools";
import type { KubeObject } from "./object";
import { restrictedContainer, restrictedPod } from "./program";

export interface ImagePullerProps {
  readonly namespace: string;
  /** The user pools: a set of pods for each, since a pod's nodes are told by labels. */
  readonly pools: readonly ResolvedPool[];
  /** Images of all hubs' profiles by the ids of the pools that may run them. */
  readonly images: Readonly<Record<string, readonly string[]>>;
  /** Registries whose images come from elsewhere. */
  readonly mirrors: Mirrors;
}

/** Enough to run a program that ends at once, and to wait. */
const resources = { requests: { cpu: "1m", memory: "8Mi" }, limits: { memory: "64Mi" } };

/**
 * Brings the images of profiles to each new node of the user pools before the first user asks for one. One for all hubs: a node
 * gets an image once, however many hubs have it.
 */
export function imagePullers({ namespace, pools, images: wanted, mirrors }: ImagePullerProps): KubeObject[] {
  return pools.flatMap((pool) => {
    const list = [...new Set(wanted[pool.id] ?? [])].sort();
    return pool.for === "user" && list.length > 0
      ? [puller(namespace, pool, list, mirrored(images.pause, mirrors))]
      : [];
  });
}

function puller(namespace: string, pool: ResolvedPool, list: readonly string[], pause: string): KubeObject {
  const name = `image-puller-${pool.id}`;
  const labels = { "app.kubernetes.io/name": name };
  const container = { resources, securityContext: restrictedContainer };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "100%" } },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: restrictedPod,
          terminationGracePeriodSeconds: 0,
          nodeSelector: pool.select,
          tolerations: pool.tolerations,
          initContainers: list.map((image, i) => ({
            ...{ name: `image-${i}`, image, imagePullPolicy: "IfNotPresent" },
            command: ["/bin/sh", "-c", "true"],
            ...container,
          })),
          containers: [{ name: "pause", image: pause, ...container }],
        },
      },
    },
  };
}
