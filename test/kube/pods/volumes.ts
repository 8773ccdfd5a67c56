import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Container, fieldOf, type Pod, type Projection, type Volume } from "./pod";
import type { Sources } from "./sources";

/** Path in the container to the path on this machine that stands for it. */
export type Mounts = ReadonlyMap<string, string>;

/** Writes a pod's volumes below its folder; claims lie in `claims`, where they outlive the pod. */
export async function writeVolumes(pod: Pod, folder: string, claims: string, sources: Sources): Promise<Mounts> {
  const places = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    const claim = volume.persistentVolumeClaim?.claimName;
    const place = claim ? join(claims, pod.metadata.namespace, claim) : join(folder, "volumes", volume.name);
    mkdirSync(place, { recursive: true });
    for (const part of partsOf(volume)) await writePart(pod, part, place, sources);
    places.set(volume.name, place);
  }
  return places;
}

/** Where a container's paths lie on this machine, the longest first. */
export function mountsOf(container: Container, places: Mounts): Mounts {
  const mounts = (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath }) => {
    const place = places.get(name);
    return place ? [[mountPath.replace(/\/+$/, ""), join(place, subPath ?? "")] as const] : [];
  });
  return new Map(mounts.sort(([a], [b]) => b.length - a.length));
}

/** A text with every path below a mount as it is on this machine; what has been rewritten once stays so. */
export function rewritePaths(text: string, mounts: Mounts): string {
  if (mounts.size === 0) return text;
  const paths = [...mounts.keys()].map((path) => path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const whole = new RegExp(`(?<![A-Za-z0-9_./-])(${paths.join("|")})(?![A-Za-z0-9_.-])`, "g");
  return text.replaceAll(whole, (path) => mounts.get(path) ?? path);
}

function partsOf(volume: Volume): readonly Projection[] {
  return volume.projected?.sources ?? [volume];
}

async function writePart(pod: Pod, part: Projection, place: string, sources: Sources): Promise<void> {
  if (part.configMap) {
    const { name, optional, items } = part.configMap;
    writeEntries(place, await sources.entries("configmaps", name, optional), items);
  }
  const secret = part.secret?.secretName ?? part.secret?.name;
  if (secret) writeEntries(place, await sources.entries("secrets", secret, part.secret?.optional), part.secret?.items);
  for (const { path, fieldRef } of part.downwardAPI?.items ?? []) {
    if (fieldRef) write(place, path, fieldOf(pod, fieldRef.fieldPath));
  }
  if (part.serviceAccountToken) {
    write(place, part.serviceAccountToken.path, await sources.token(part.serviceAccountToken.audience));
  }
}

function writeEntries(
  place: string,
  entries: Readonly<Record<string, Buffer>>,
  items: readonly { readonly key: string; readonly path: string }[] | undefined,
): void {
  const chosen = items ?? Object.keys(entries).map((key) => ({ key, path: key }));
  for (const { key, path } of chosen) {
    const value = entries[key];
    if (value === undefined) throw new Error(`the volume asks for ${key}, which is not there`);
    write(place, path, value);
  }
}

function write(place: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(place, path)), { recursive: true });
  writeFileSync(join(place, path), content, { mode: 0o600 });
}
