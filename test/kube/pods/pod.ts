import type { Manifest, Metadata } from "../api";

/** What the runner reads of a pod. */
export interface Pod extends Manifest {
  readonly metadata: Metadata & { readonly namespace: string; readonly uid: string };
  readonly spec: {
    readonly nodeName?: string;
    readonly serviceAccountName?: string;
    readonly automountServiceAccountToken?: boolean;
    readonly enableServiceLinks?: boolean;
    readonly restartPolicy?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly containers: readonly Container[];
    readonly volumes?: readonly Volume[];
  };
  readonly status: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly hostIP?: string;
    readonly containerStatuses?: readonly { readonly name: string; readonly state?: object }[];
  };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly Variable[];
  readonly envFrom?: readonly {
    readonly prefix?: string;
    readonly configMapRef?: Source;
    readonly secretRef?: Source;
  }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
  readonly resources?: { readonly requests?: Quantities; readonly limits?: Quantities };
}

type Quantities = Readonly<Record<string, string>>;

/** A ConfigMap or Secret by name, perhaps with one of its keys. */
export interface Source {
  readonly name: string;
  readonly key?: string;
  readonly optional?: boolean;
}

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly resourceFieldRef?: {
      readonly resource: string;
      readonly containerName?: string;
      readonly divisor?: string;
    };
    readonly configMapKeyRef?: Source;
    readonly secretKeyRef?: Source;
  };
}

interface Item {
  readonly key: string;
  readonly path: string;
}

/** Part of a volume that comes from the API. */
export interface Projection {
  readonly configMap?: { readonly name: string; readonly items?: readonly Item[]; readonly optional?: boolean };
  readonly secret?: {
    readonly name?: string;
    readonly secretName?: string;
    readonly items?: readonly Item[];
    readonly optional?: boolean;
  };
  readonly downwardAPI?: {
    readonly items: readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[];
  };
  readonly serviceAccountToken?: { readonly path: string; readonly audience?: string };
}

export interface Volume extends Projection {
  readonly name: string;
  readonly emptyDir?: object;
  readonly projected?: { readonly sources: readonly Projection[] };
  readonly persistentVolumeClaim?: { readonly claimName: string };
}

/** `namespace/name`, by which pods are told apart in texts and logs. */
export function nameOf(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`;
}

/** A field of a pod by its path, as the downward API has it: `metadata.labels['app']`, `status.podIP`. */
export function fieldOf(pod: Pod, path: string): string {
  const [, of, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (of && key) return (pod.metadata[of] as Record<string, string> | undefined)?.[key] ?? "";
  if (path === "metadata.labels" || path === "metadata.annotations") return linesOf(pod.metadata[path.slice(9)]);
  let value: unknown = pod;
  for (const part of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[part];
  return value === undefined ? "" : String(value);
}

function linesOf(map: unknown): string {
  return Object.entries((map as Record<string, string> | undefined) ?? {})
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}
