import { artifactRegistryHost } from "../google-names";
import { type CachedRegistry, imageCachePrefix, type Mirrors } from "../names";
import type { GoogleClusterConfig, GoogleGround } from "./google-ground";

type CacheConfig = NonNullable<GoogleClusterConfig["imageCache"]>;

const registries: readonly CachedRegistry[] = ["quay.io", "registry.k8s.io", "docker.io", "ghcr.io"];

/** Days that an image stays in the cache unless told otherwise. */
const keepDays = 90;

/** What a site caches; null: nothing. */
export function resolveGoogleCache(federation: string, { site }: GoogleGround, cache: CacheConfig | undefined) {
  if (!cache) return null;
  return {
    keepDays: cache.keepDays ?? keepDays,
    registries: registries
      .filter((registry) => cache[registry] !== undefined)
      .map((registry) => ({
        registry,
        repository: imageCachePrefix(federation, site, registry),
        signIn: signInOf(cache[registry]),
      })),
  };
}

export type ResolvedGoogleCache = NonNullable<ReturnType<typeof resolveGoogleCache>>;

/** Who asks the registry, and the secret's version with the token; null: nobody by name. */
function signInOf(told: CacheConfig[CachedRegistry]) {
  return typeof told === "object" ? { username: told.username, secret: told.googleSecret } : null;
}

/** Where nodes get the images of what is cached. */
export function googleMirrorsOf(cache: ResolvedGoogleCache | null, { project, region }: GoogleGround): Mirrors {
  const host = artifactRegistryHost(project, region);
  return Object.fromEntries(
    (cache?.registries ?? []).map(({ registry, repository }) => [registry, `${host}/${repository}`]),
  );
}
