import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

const BUILT_IN = [
  "node/fast/node-initialize",
  "node/heartbeat-with-lease/node-heartbeat-with-lease",
  "pod/fast/pod-ready",
  "pod/fast/pod-complete",
  "pod/fast/pod-delete",
];

/** The address that every LoadBalancer gets; of a range kept for documentation. */
export const BALANCER = "203.0.113.10";

interface Stage {
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** KWOK's configuration: a stage of ours switches off all that are built in, so those come along, from KWOK's own files. */
export function stagesText(kwok: string): string {
  const builtIn = BUILT_IN.map((name) => readFileSync(join(kwok, "kustomize/stage", `${name}.yaml`), "utf8"));
  return [...builtIn.map((text) => parse(text) as Stage), ...own].map((stage) => stringify(stage)).join("---\n");
}

function stage(name: string, spec: object): Stage & { apiVersion: string; kind: string } {
  return { apiVersion: "kwok.x-k8s.io/v1alpha1", kind: "Stage", metadata: { name }, spec };
}

function matches(key: string, operator: string, values?: readonly string[]): object {
  return { key, operator, ...(values ? { values } : {}) };
}

const volume = `
apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
spec:
  accessModes:
  {{ YAML .spec.accessModes 2 }}
  capacity:
  {{ YAML .spec.resources.requests 2 }}
  persistentVolumeReclaimPolicy: Delete
  {{ if .spec.storageClassName }}
  storageClassName: {{ .spec.storageClassName | Quote }}
  {{ end }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    name: {{ .metadata.name | Quote }}
    namespace: {{ .metadata.namespace | Quote }}
    uid: {{ .metadata.uid | Quote }}
  hostPath:
    path: /nowhere/pvc-{{ .metadata.uid }}
`;

const own: readonly Stage[] = [
  stage("service-lb", {
    resourceRef: { apiGroup: "v1", kind: "Service" },
    selector: {
      matchExpressions: [
        matches(".spec.type", "In", ["LoadBalancer"]),
        matches(".status.loadBalancer.ingress", "DoesNotExist"),
      ],
    },
    steps: [
      {
        patch: { root: "status", subresource: "status", template: `loadBalancer:\n  ingress:\n  - ip: ${BALANCER}\n` },
      },
    ],
  }),
  // The real volume controller binds the volume that this makes.
  stage("pvc-provision", {
    resourceRef: { apiGroup: "v1", kind: "PersistentVolumeClaim" },
    selector: {
      matchExpressions: [matches(".spec.volumeName", "DoesNotExist"), matches(".status.phase", "In", ["Pending"])],
    },
    steps: [{ apply: { template: volume } }],
  }),
  stage("pv-delete", {
    resourceRef: { apiGroup: "v1", kind: "PersistentVolume" },
    selector: {
      matchExpressions: [
        matches(".metadata.deletionTimestamp", "DoesNotExist"),
        matches(".spec.persistentVolumeReclaimPolicy", "In", ["Delete"]),
        matches(".status.phase", "In", ["Released", "Failed"]),
      ],
    },
    steps: [{ delete: true }],
  }),
];
