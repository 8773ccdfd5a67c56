import type { ResolvedPool } from "../config/resolve/pools";

/** Values of the `nvidia-device-plugin` chart: it runs on the nodes of pools with GPUs, whatever their labels are. */
export function nvidiaDevicePluginValues(pools: readonly ResolvedPool[]) {
  const gpus = pools.filter((pool) => pool.gpus > 0);
  const tolerations = gpus.flatMap((pool) => pool.tolerations);
  const terms = gpus.map(({ select }) => ({
    matchExpressions: Object.entries(select).map(([key, value]) => ({ key, operator: "In", values: [value] })),
  }));
  return {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
    tolerations: [
      { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" },
      ...tolerations.filter(({ key }) => key !== "nvidia.com/gpu"),
    ],
  };
}
