import { type Mirrors, mirrored } from "../config/names";

/** An image that a chart runs, and the keys of its values by which that comes from elsewhere. */
interface ChartImage {
  /** As the chart has it, with its registry; the tag stays the chart's. */
  readonly image: string;
  /** Keys for the whole name, for the registry with all that stands before the rest, and for the rest. */
  readonly at: Readonly<Partial<Record<"name" | "registry" | "rest", string>>>;
}

const whole = (image: string, ...keys: readonly string[]): ChartImage[] =>
  keys.map((name) => ({ image, at: { name } }));

/**
 * What the pinned charts run with our values, by the chart's name. Images of Docker's own are called by their whole name (`library/`), which other
 * registries want. What comes from a registry that no site caches (nvcr.io) is not here.
 */
const chartImages: Readonly<Record<string, readonly ChartImage[]>> = {
  jupyterhub: [
    ...whole("quay.io/jupyterhub/k8s-hub", "hub.image.name"),
    ...whole("quay.io/jupyterhub/configurable-http-proxy", "proxy.chp.image.name"),
    ...whole("quay.io/jupyterhub/k8s-network-tools", "singleuser.networkTools.image.name"),
  ],
  "dask-gateway": [
    ...whole("ghcr.io/dask/dask-gateway-server", "gateway.image.name", "controller.image.name"),
    ...whole("docker.io/library/traefik", "traefik.image.name"),
  ],
  "jupyterhub-home-nfs": [
    ...whole("ghcr.io/2i2c-org/nfs-ganesha", "nfsServer.image.repository"),
    ...whole("ghcr.io/2i2c-org/jupyterhub-home-nfs", "quotaEnforcer.image.repository"),
    ...whole("quay.io/prometheus/node-exporter", "nodeExporter.image.repository"),
  ],
  traefik: [{ image: "docker.io/library/traefik", at: { registry: "image.registry", rest: "image.repository" } }],
  // one registry for its five programs
  "cert-manager": [{ image: "quay.io/jetstack", at: { registry: "imageRegistry" } }],
  "external-dns": whole("registry.k8s.io/external-dns/external-dns", "image.repository"),
  prometheus: [
    ...whole("quay.io/prometheus/prometheus", "server.image.repository"),
    ...whole("quay.io/prometheus-operator/prometheus-config-reloader", "configmapReload.prometheus.image.repository"),
    { image: "registry.k8s.io/kube-state-metrics", at: { registry: "kube-state-metrics.image.registry" } },
  ],
  "cluster-autoscaler": whole("registry.k8s.io/autoscaling/cluster-autoscaler", "image.repository"),
  "zarr-gateway": whole("docker.io/nginxinc/nginx-unprivileged", "image.repository"),
};

/** A chart's values with its images from the site's own registry, as far as that caches theirs. */
export function withMirroredImages(chart: string, values: object, mirrors: Mirrors): object {
  const keys = (chartImages[chart] ?? []).flatMap(({ image, at }) => {
    const [registry = ""] = image.split("/");
    const parts = {
      name: mirrored(image, mirrors),
      registry: mirrors[registry],
      rest: image.slice(registry.length + 1),
    };
    if (parts.registry === undefined) return [];
    return (["name", "registry", "rest"] as const).flatMap((part) =>
      at[part] ? [[at[part], parts[part]] as const] : [],
    );
  });
  return keys.reduce((all, [key, value]) => put(all, key.split("."), value), values);
}

/** An object with a value at a place in it; all else stays. */
function put(into: object, [key = "", ...below]: readonly string[], value: unknown): object {
  const there = (into as Readonly<Record<string, object | undefined>>)[key];
  return { ...into, [key]: below.length === 0 ? value : put(there ?? {}, below, value) };
}
