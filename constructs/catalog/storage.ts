import type { CatalogAccess, CatalogPlace } from "./input";

/** Amazon's own endpoints; every other S3 API is told by its URL. */
const amazon = /^https:\/\/(?:s3[.-](?:[a-z0-9-]+\.)?|[a-z0-9.-]+\.s3\.)amazonaws\.com(?:\.cn)?$/;

/** What links into the store begin with, and assets that are such links end in. */
export function schemeOf({ scheme }: CatalogPlace): "s3" | "gs" {
  return scheme ?? "s3";
}

/** What people call a store. */
export function storeName(place: CatalogPlace): string {
  return schemeOf(place) === "s3" ? "S3" : "Google Cloud Storage";
}

/** The storage extension's description of a store. `{bucket}` and `{region}` are filled from its own fields. */
export function storageScheme(place: CatalogPlace, access: CatalogAccess) {
  const { bucket, endpoint, region } = place;
  const common = { bucket, region, requester_pays: place.requesterPays ?? false, anonymous: access === "public" };
  // The extension predefines no type for it, and takes any.
  if (place.scheme === "gs") return { type: "google-gcs", platform: `${endpoint}/{bucket}`, ...common };
  if (amazon.test(endpoint))
    return { type: "aws-s3", platform: "https://{bucket}.s3.{region}.amazonaws.com", ...common };
  const platform = place.pathStyle ? endpoint : endpoint.replace("://", "://{bucket}.");
  return { type: "custom-s3", platform, ...common };
}

/** What fsspec (s3fs, gcsfs) needs to open a link into the store: xpystac reads it from the asset, since it ignores the storage extension for Zarr. */
export function storageOptions(place: CatalogPlace, access: CatalogAccess) {
  if (place.scheme === "gs")
    return {
      ...(access === "public" ? { token: "anon" } : {}),
      ...(place.requesterPays ? { requester_pays: true } : {}),
    };
  const reader = {
    ...(access === "public" ? { anon: true } : {}),
    ...(place.requesterPays ? { requester_pays: true } : {}),
  };
  if (amazon.test(place.endpoint)) return reader;
  return {
    ...reader,
    client_kwargs: { endpoint_url: place.endpoint, region_name: place.region },
    config_kwargs: { s3: { addressing_style: place.pathStyle ? "path" : "virtual" } },
  };
}

/** Whether hubs may open the bucket itself. What is for groups of people goes through a gateway, which knows the person. */
export function bucketIsOpen(access: CatalogAccess): boolean {
  return typeof access === "string" || (access.sites !== undefined && access.groups === undefined);
}
