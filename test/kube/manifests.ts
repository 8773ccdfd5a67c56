import type { Manifest } from "./api";
import type { Taint } from "./nodes";

/** What a pod of a test asks for. */
export interface PodWish {
  readonly name: string;
  readonly namespace?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly gpus?: number;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerates?: readonly Taint[];
  readonly schedulerName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly container?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A pod with one container. */
export function podOf(wish: PodWish): Manifest {
  const { name, namespace = "default", labels } = wish;
  const gpus = wish.gpus ? { "nvidia.com/gpu": String(wish.gpus) } : {};
  const size = { cpu: wish.cpu ?? "100m", memory: wish.memory ?? "64Mi", ...gpus };
  const container = {
    name: "main",
    image: "example.org/main:1.0.0",
    resources: { requests: size, limits: gpus },
    ...wish.container,
  };
  const tolerations = (wish.tolerates ?? []).map(({ key, value = "", effect }) => ({
    key,
    operator: "Equal",
    value,
    effect,
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, ...(labels ? { labels } : {}) },
    spec: {
      ...(wish.schedulerName ? { schedulerName: wish.schedulerName } : {}),
      nodeSelector: wish.nodeSelector ?? {},
      tolerations,
      containers: [container],
      ...wish.spec,
    },
  };
}

/** A namespace, with what the API server itself enforces of Pod Security. */
export function namespaceOf(name: string, enforce: "privileged" | "baseline" | "restricted" = "privileged"): Manifest {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "pod-security.kubernetes.io/enforce": enforce } },
  };
}
