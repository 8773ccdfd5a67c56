import { DataKubernetesServiceV1 } from "@cdktf/provider-kubernetes/lib/data-kubernetes-service-v1";
import { Fn, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";

/*
 * What cannot be computed from the config and is looked up by a computed name.
 */

/** The cluster's address of a Service: nodes mount file systems, and they do not know the cluster's names. */
export function serviceAddress(scope: Construct, name: string, namespace: string): string {
  const service = new DataKubernetesServiceV1(scope, `${name}-service`, { metadata: { name, namespace } });
  return service.spec.get(0).clusterIp;
}

/** The address at which a load balancer takes requests in: a host name or an IP address; `pending` where there is none yet. */
export function loadBalancerAddress(
  scope: Construct,
  name: string,
  namespace: string,
  dependsOn: ITerraformDependable[],
): string {
  const service = new DataKubernetesServiceV1(scope, `${name}-service`, { metadata: { name, namespace }, dependsOn });
  const ingress = service.status.get(0).loadBalancer.get(0).ingress.get(0);
  return Fn.try([Fn.coalesce([ingress.hostname, ingress.ip]), "pending"]);
}
