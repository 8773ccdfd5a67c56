/** A chart of somebody else's that a stack installs. */
export interface Chart {
  readonly name: string;
  readonly repository: string;
  readonly version: string;
  /** The day on which the version and its values were looked at (ISO 8601). */
  readonly checked: string;
  /** What it is for, in a line. */
  readonly about: string;
}

/** Every upstream chart, pinned: `isthmus charts` lists them. */
export const charts = {
  jupyterhub: {
    name: "jupyterhub",
    repository: "https://hub.jupyter.org/helm-chart/",
    version: "4.4.0",
    checked: "2026-11-25",
    about: "JupyterHub with KubeSpawner, its proxy and the culler of idle servers; one a hub",
  },
  daskGateway: {
    name: "dask-gateway",
    repository: "https://helm.dask.org",
    version: "2026.3.0",
    checked: "2026-11-25",
    about: "Dask clusters for the users of a hub; one a hub",
  },
  homeNfs: {
    name: "jupyterhub-home-nfs",
    repository: "oci://ghcr.io/2i2c-org/jupyterhub-home-nfs",
    // 1.2.0 makes its disk without a storage class, whatever it is told.
    version: "1.2.1-0.dev.git.1.h1c81b4b",
    checked: "2026-11-25",
    about: "an NFS server on one disk, with a quota for each user; one a home file system",
  },
  traefik: {
    name: "traefik",
    repository: "https://traefik.github.io/charts",
    version: "41.3.0",
    checked: "2026-11-25",
    about: "takes requests in from outside, unless the cluster has an ingress class for it",
  },
  certManager: {
    name: "cert-manager",
    repository: "https://charts.jetstack.io",
    version: "v1.21.1",
    checked: "2026-11-25",
    about: "gets and renews certificates, unless the cluster has an issuer or TLS ends before it",
  },
  externalDns: {
    name: "external-dns",
    repository: "https://kubernetes-sigs.github.io/external-dns/",
    version: "1.21.1",
    checked: "2026-11-25",
    about: "makes the site's host names where the zone is managed",
  },
  prometheus: {
    name: "prometheus",
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "29.27.0",
    checked: "2026-11-25",
    about: "keeps the site's metrics: hubs, Dask, homes, and what pods of each user ask for",
  },
  nvidiaDevicePlugin: {
    name: "nvidia-device-plugin",
    repository: "https://nvidia.github.io/k8s-device-plugin",
    version: "0.20.0",
    checked: "2026-11-25",
    about: "makes GPUs known to the scheduler, where a pool has some",
  },
  clusterAutoscaler: {
    name: "cluster-autoscaler",
    repository: "https://kubernetes.github.io/autoscaler",
    version: "9.59.0",
    checked: "2026-11-26",
    about: "makes and removes machines as pods need them, where the cloud does not itself",
  },
} as const satisfies Record<string, Chart>;

/** Images that our own objects run, and that run beside users' programs. */
export const images = {
  /** The one that the jupyterhub chart pins: all it reads is stable since 1.30. From 1.34 on it waits for a kind that older clusters do not have. */
  kubeScheduler: "registry.k8s.io/kube-scheduler:v1.30.14",
  pause: "registry.k8s.io/pause:3.10.2",
  /** Python with an S3 client, which nodes have for notebooks anyway. */
  python: "quay.io/pangeo/pangeo-notebook:2026.06.04",
  busybox: "docker.io/library/busybox:1.37.0",
  git: "docker.io/alpine/git:2.49.1",
  rclone: "docker.io/rclone/rclone:1.75.1",
} as const;
