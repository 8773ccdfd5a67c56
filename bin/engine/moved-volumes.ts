/** A volume that a release is to mount from elsewhere than it does, and the claim that holds it. */
export interface MovedVolume {
  readonly volume: string;
  readonly namespace: string;
  readonly claim: string;
}

/** What a plan does with a resource. */
interface Change {
  readonly actions: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * Volumes of a release of ours whose source a plan changes. Kubernetes takes no change of it (`spec.persistentvolumesource is
 * immutable after creation`), so the apply would fail in the middle. Where the plan does not know the values yet, they hold
 * something that is only to be made, as the way into another file system is.
 */
export function movedVolumes(type: string, { actions, before, after }: Change): MovedVolume[] {
  if (type !== "helm_release" || !actions.every((action) => action === "update")) return [];
  const was = volumesIn(before);
  if (was.size === 0) return [];
  const is = valuesOf(after) === undefined ? undefined : volumesIn(after);
  return [...was].flatMap(([volume, { source, claim }]) => {
    if (is !== undefined && !is.has(volume)) return [];
    return is?.get(volume)?.source === source ? [] : [{ volume, ...claim }];
  });
}

interface Volume {
  readonly source: string;
  readonly claim: { readonly namespace: string; readonly claim: string };
}

/** Volumes that the objects of a release are, by name. */
function volumesIn(release: unknown): Map<string, Volume> {
  const values = valuesOf(release);
  const { objects } = (values === undefined ? {} : JSON.parse(values)) as { objects?: readonly KubeObject[] };
  const volumes = (objects ?? []).filter(({ kind }) => kind === "PersistentVolume");
  return new Map(
    volumes.map(({ metadata, spec: { claimRef, ...spec } }) => {
      const { nfs, csi } = spec;
      const claim = { namespace: claimRef?.namespace ?? "", claim: claimRef?.name ?? "" };
      return [metadata.name, { source: JSON.stringify([nfs, csi]), claim }];
    }),
  );
}

interface KubeObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly nfs?: object;
    readonly csi?: object;
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
  };
}

/** The values of a release of ours, which has one text of them. */
function valuesOf(release: unknown): string | undefined {
  const { chart, values } = (release ?? {}) as { chart?: unknown; values?: unknown };
  const [text]: unknown[] = Array.isArray(values) ? values : [];
  return typeof text === "string" && `${chart}`.includes("objects") ? text : undefined;
}
