import { ecrHost } from "../aws-names";
import { type CachedRegistry, imageCachePrefix, type Mirrors } from "../names";
import type { AwsSiteConfig } from "../schema/site";

type CacheConfig = NonNullable<NonNullable<AwsSiteConfig["cluster"]>["imageCache"]>;

/** Where ECR finds each registry. */
const upstreams: Readonly<Record<CachedRegistry, string>> = {
  "quay.io": "quay.io",
  "registry.k8s.io": "registry.k8s.io",
  "docker.io": "registry-1.docker.io",
  "ghcr.io": "ghcr.io",
};

/** Days that an image stays in the cache unless told otherwise. */
const keepDays = 90;

/** What a site caches; null: nothing. */
export function resolveImageCache(federation: string, { site, cluster }: AwsSiteConfig) {
  const cache = cluster?.imageCache;
  if (!cache) return null;
  const registries = (Object.keys(upstreams) as CachedRegistry[]).filter((registry) => cache[registry] !== undefined);
  return {
    keepDays: cache.keepDays ?? keepDays,
    registries: registries.map((registry) => ({
      registry,
      prefix: imageCachePrefix(federation, site, registry),
      upstream: upstreams[registry],
      /** Of the secret by which ECR signs in; null: it need not. */
      secretArn: secretOf(cache[registry]),
    })),
  };
}

export type ResolvedImageCache = NonNullable<ReturnType<typeof resolveImageCache>>;

function secretOf(told: CacheConfig[CachedRegistry]): string | null {
  return typeof told === "object" ? told.awsSecret : null;
}

/** Where nodes get the images of what is cached. */
export function mirrorsOf(cache: ResolvedImageCache | null, { account, region }: AwsSiteConfig): Mirrors {
  const host = ecrHost(account, region);
  return Object.fromEntries((cache?.registries ?? []).map(({ registry, prefix }) => [registry, `${host}/${prefix}`]));
}
