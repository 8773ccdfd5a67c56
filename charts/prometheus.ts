import type { ResolvedPool } from "../config/resolve/pools";
import { corePool, placeOf } from "./place";

export interface PrometheusProps {
  readonly pools: readonly ResolvedPool[];
  readonly retentionDays: number;
  /** Bytes of its disk. */
  readonly sizeBytes: number;
  /** Class of its disk; null: the cluster's default. */
  readonly storageClass: string | null;
  /** Namespaces of the site: others' metrics are not collected. */
  readonly namespaces: readonly string[];
}

/** Labels by which the pods of users are charged to them. */
const chargedBy = ["hub.jupyter.org/username", "app.kubernetes.io/component", "gateway.dask.org/cluster"];

/** Jobs of the chart that are not ours to watch, or watch nothing here. */
const unused = [
  ...["kubernetes-api-servers", "kubernetes-nodes", "kubernetes-service-endpoints-slow", "kubernetes-pods-slow"],
  ...["kubernetes-services", "prometheus-pushgateway"],
];

/** What is collected: the chart's own jobs, kept to the site's namespaces. They find by annotations hubs, Dask's pods and the servers of homes. */
function jobs(names: readonly string[]) {
  const within = (role: string) => ({ kubernetes_sd_configs: [{ role, namespaces: { names } }] });
  const keep = (source: string, values: readonly string[]) => ({
    ...{ source_labels: [source], action: "keep", regex: values.join("|") },
  });
  return {
    "kubernetes-pods": within("pod"),
    "kubernetes-service-endpoints": within("endpointslice"),
    // What containers use, to hold against what they ask for. Nodes tell of all their pods.
    "kubernetes-nodes-cadvisor": {
      metric_relabel_configs: [
        keep("namespace", names),
        keep("__name__", ["container_cpu_usage_seconds_total", "container_memory_working_set_bytes"]),
      ],
    },
  };
}

/** Values of the `prometheus` chart: one server, and what pods ask for; it alerts nobody. */
export function prometheusValues({ pools, retentionDays, sizeBytes, storageClass, namespaces }: PrometheusProps) {
  const place = placeOf(corePool(pools));
  const gib = Math.floor(sizeBytes / 2 ** 30);
  return {
    server: {
      retention: `${retentionDays}d`,
      // A full disk ends the collection: the oldest series go before.
      retentionSize: `${Math.max(1, Math.floor(gib * 0.9))}GB`,
      persistentVolume: {
        enabled: true,
        size: `${gib}Gi`,
        ...(storageClass ? { storageClass } : {}),
      },
      resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "4Gi" } },
      ...place,
    },
    // Further ones of the chart look into all namespaces.
    scrapeConfigs: { ...Object.fromEntries(unused.map((job) => [job, { enabled: false }])), ...jobs(namespaces) },
    alertmanager: { enabled: false },
    "prometheus-pushgateway": { enabled: false },
    "prometheus-node-exporter": { enabled: false },
    "kube-state-metrics": {
      enabled: true,
      namespaces: namespaces.join(","),
      collectors: ["pods", "persistentvolumeclaims", "nodes", "deployments", "resourcequotas"],
      metricLabelsAllowlist: [`pods=[${chargedBy.join(",")}]`],
      resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "512Mi" } },
      ...place,
    },
  };
}
