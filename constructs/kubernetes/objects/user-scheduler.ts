import { createHash } from "node:crypto";
import { images } from "../../../charts/pins";
import { corePool, placeOf } from "../../../charts/place";
import { type Mirrors, mirrored } from "../../../config/names";
import type { ResolvedPool } from "../../../config/resolve/pools";
import type { KubeObject } from "./object";
import { restrictedContainer, restrictedPod } from "./program";

export interface UserSchedulerProps {
  /** Its name, which pods give as their scheduler's; what it has cluster-wide bears it too. */
  readonly name: string;
  readonly namespace: string;
  readonly pools: readonly ResolvedPool[];
  /** Registries whose images come from elsewhere. */
  readonly mirrors: Mirrors;
}

const rbac = "rbac.authorization.k8s.io";

/**
 * A second scheduler for the pods of users: it fills the fullest node that fits, so that nodes become empty and go, where the
 * cluster's own spreads. One for all hubs.
 */
export function userScheduler({ name, namespace, pools, mirrors }: UserSchedulerProps): KubeObject[] {
  const labels = { "app.kubernetes.io/name": name };
  const config = JSON.stringify(configuration(name, namespace));
  const account = { kind: "ServiceAccount", name, namespace };
  const bound = (to: string): KubeObject => ({
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: `${name}-${to.replace("system:", "")}` },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: to },
    subjects: [account],
  });
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    bound("system:kube-scheduler"),
    bound("system:volume-scheduler"),
    ...leases(name, namespace, account),
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { "config.yaml": config } },
    deployment({
      ...{ name, namespace, labels, config, place: placeOf(corePool(pools)) },
      image: mirrored(images.kubeScheduler, mirrors),
    }),
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name, namespace },
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
  ];
}

/** `system:kube-scheduler` allows the lease of the cluster's own scheduler only. */
function leases(name: string, namespace: string, account: object): KubeObject[] {
  const rules = [
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: [name], verbs: ["get", "update"] },
  ];
  return [
    { apiVersion: `${rbac}/v1`, kind: "Role", metadata: { name, namespace }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "RoleBinding",
      metadata: { name, namespace },
      roleRef: { apiGroup: rbac, kind: "Role", name },
      subjects: [account],
    },
  ];
}

/** One profile: of what scores nodes only how full they are counts, and that pods' wishes are kept. */
function configuration(name: string, namespace: string): object {
  const score = {
    disabled: [{ name: "*" }],
    enabled: [
      { name: "NodeAffinity", weight: 10 },
      { name: "InterPodAffinity", weight: 10 },
      { name: "NodeResourcesFit", weight: 100 },
      { name: "ImageLocality", weight: 1 },
    ],
  };
  const args = {
    scoringStrategy: {
      type: "MostAllocated",
      resources: ["cpu", "memory", "nvidia.com/gpu"].map((resource) => ({ name: resource, weight: 1 })),
    },
  };
  return {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    leaderElection: { leaderElect: true, resourceLock: "leases", resourceName: name, resourceNamespace: namespace },
    profiles: [{ schedulerName: name, plugins: { score }, pluginConfig: [{ name: "NodeResourcesFit", args }] }],
  };
}

interface Scheduler {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly config: string;
  readonly place: object;
  readonly image: string;
}

function deployment({ name, namespace, labels, config, place, image }: Scheduler): KubeObject {
  const healthy = (path: string) => ({ httpGet: { path, port: 10_259, scheme: "HTTPS" }, periodSeconds: 10 });
  const container = {
    name: "scheduler",
    image,
    command: ["kube-scheduler", "--config=/etc/scheduler/config.yaml", "--authentication-skip-lookup=true"],
    ports: [{ name: "https", containerPort: 10_259 }],
    startupProbe: { ...healthy("/healthz"), failureThreshold: 12 },
    livenessProbe: healthy("/livez"),
    readinessProbe: healthy("/readyz"),
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    securityContext: restrictedContainer,
    volumeMounts: [{ name: "config", mountPath: "/etc/scheduler", readOnly: true }],
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        // It reads its configuration once.
        metadata: { labels, annotations: { "isthmus/config": createHash("sha256").update(config).digest("hex") } },
        spec: {
          serviceAccountName: name,
          securityContext: restrictedPod,
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: labels },
            },
          ],
          containers: [container],
          volumes: [{ name: "config", configMap: { name } }],
          ...place,
        },
      },
    },
  };
}
