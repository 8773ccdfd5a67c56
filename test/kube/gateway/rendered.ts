import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { gatewayRelease } from "../../../charts/zarr-gateway/names";
import { type GatewayValuesProps, gatewayValues } from "../../../charts/zarr-gateway/values";
import type { KubeObject } from "../../../constructs/kubernetes/objects/object";
import type { Manifest } from "../api";
import { tool } from "../tools/tools";

const charts = join(__dirname, "../../../charts");
/** The gateway's chart. */
export const gatewayChart = join(charts, "zarr-gateway/chart");
/** The chart that prints objects. */
export const objectsChart = join(charts, "objects");

/** What a services stack tells the chart. */
export const gatewayProps: GatewayValuesProps = {
  hosts: ["data.alps.pangeo.example", "alps.pangeo.example"],
  ingress: { className: "alps", annotations: {}, tlsSecret: "alps-tls" },
  replicas: { min: 2, max: 6 },
  cacheBytes: 2 ** 30,
  pool: null,
};

/** A chart's objects, rendered by the real Helm. */
export function template(release: string, chart: string, values: object): Manifest[] {
  const args = ["template", release, chart, "--namespace", "alps-services", "--values", "-"];
  const text = execFileSync(tool("helm"), args, {
    input: JSON.stringify(values),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

export function renderedGateway(): Manifest[] {
  return template(gatewayRelease, gatewayChart, gatewayValues(gatewayProps));
}

/** Objects of ours as their chart prints them. */
export function renderedObjects(objects: readonly KubeObject[]): Manifest[] {
  return objects.flatMap((object) => template(object.metadata.name, objectsChart, { objects: [object] }));
}

/** The digest of what ConfigMaps of a catalog hold. */
export function digestOf(objects: readonly KubeObject[]): string {
  return (objects[0]?.data as { digest?: string } | undefined)?.digest ?? "";
}
