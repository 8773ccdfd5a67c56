import { resourcesOf } from "./synth-example";

/** A federation's stacks by their names. */
export type Stacks = ReadonlyMap<string, string>;

export interface PodSpec {
  readonly environment: Readonly<Record<string, string>>;
  /** Audiences of tokens by their files. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly account: string;
  readonly namespace: string;
  /** Objects of the hub's namespace. */
  readonly objects: readonly KubeObject[];
}

interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
}

interface Volumes {
  readonly tokens?: {
    readonly projected: {
      readonly sources: readonly {
        readonly serviceAccountToken: { readonly audience: string; readonly path: string };
      }[];
    };
  };
}

/** What notebooks of a hub on Kubernetes are started with, by its stack. */
export function podOf(stacks: Stacks, stack: string): PodSpec {
  const releases = Object.values(resourcesOf(stacks, stack, "helm_release"));
  const valuesOf = (name: RegExp): unknown => {
    const release = releases.find((one) => name.test(`${one.name}`));
    return JSON.parse(`${(release?.values as string[] | undefined)?.[0]}`);
  };
  const { singleuser } = valuesOf(/jupyterhub$/) as {
    singleuser: {
      serviceAccountName: string;
      extraEnv: Record<string, string>;
      storage: { extraVolumes: Volumes; extraVolumeMounts: Record<string, { name: string; mountPath: string }> };
    };
  };
  const { objects } = valuesOf(/objects$/) as { objects: readonly KubeObject[] };
  const at = Object.values(singleuser.storage.extraVolumeMounts).find(({ name }) => name === "tokens")?.mountPath;
  const sources = singleuser.storage.extraVolumes.tokens?.projected.sources ?? [];
  return {
    environment: singleuser.extraEnv,
    tokens: Object.fromEntries(
      sources.map(({ serviceAccountToken: { audience, path } }) => [`${at}/${path}`, audience]),
    ),
    account: singleuser.serviceAccountName,
    namespace: `${releases[0]?.namespace}`,
    objects,
  };
}
