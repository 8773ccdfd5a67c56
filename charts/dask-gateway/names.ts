/** Names that the chart gives to its objects, from the release's: it holds the chart's name, so they start with what they are. */
export function daskGatewayNames(release: string) {
  return {
    /** Deployment, Service (port 8000), ConfigMap. */
    api: `api-${release}`,
    controller: `controller-${release}`,
    /** Deployment and Service (port 80): the way of notebooks and of the hub's proxy to the gateway and to clusters. */
    traefik: `traefik-${release}`,
  };
}

/** The name of the service at the hub: a token without the scope `access:services!service=dask-gateway` gets nothing. */
export const daskGatewayService = "dask-gateway";

/** Path of the gateway below the hub's URL. */
export const daskGatewayPath = `/services/${daskGatewayService}`;
