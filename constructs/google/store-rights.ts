import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ResolvedGoogleBucket } from "../../config/resolve/google-site";
import type { Right } from "../../config/resolve/hub-base";
import type { ResolvedDataset } from "../../config/resolve/lake";

/** What people of a hub may do with a bucket. */
export interface BucketRight {
  readonly id: string;
  readonly right: Right;
  /** Only below this; empty: all of the bucket. */
  readonly prefix: string;
}

/** A right on a bucket, as Google has it. */
export interface StoreRight {
  /** Of the right, among those of an account. */
  readonly id: string;
  readonly bucket: Pick<ResolvedGoogleBucket, "name" | "existing">;
  readonly role: "roles/storage.objectViewer" | "roles/storage.objectUser";
  /** Only what begins with it, to get and to list alike; empty: all of the bucket. */
  readonly prefix: string;
  /** One object beside those. Default none. */
  readonly key?: string;
}

export interface StoreRightsProps {
  readonly buckets: readonly ResolvedGoogleBucket[];
  readonly rights: readonly BucketRight[];
  /** Datasets that the hub publishes: below these paths it writes. */
  readonly publishes: readonly Pick<ResolvedDataset, "id" | "bucket" | "path">[];
}

/**
 * What a hub's people may do in Google Cloud Storage: with the site's buckets what the config says, and below the paths of the datasets
 * that they publish. What is public anybody reads, so no word of it is needed.
 */
export function storeRights({ buckets, rights, publishes }: StoreRightsProps): StoreRight[] {
  const named = (id: string) => {
    const bucket = buckets.find((one) => one.id === id);
    if (!bucket) throw new Error(`there is no bucket ${id}`);
    return bucket;
  };
  const own = rights.flatMap(({ id, right, prefix }): StoreRight[] => {
    const bucket = named(id);
    if (right === "none" || (right === "read" && bucket.public)) return [];
    const role = right === "write" ? "roles/storage.objectUser" : "roles/storage.objectViewer";
    return [{ id: `use-${id}`, bucket, role, prefix }];
  });
  const published = publishes.map(({ id, bucket, path }): StoreRight => {
    const right = { bucket: named(bucket), role: "roles/storage.objectUser" } as const;
    return { id: `publish-${id}`, ...right, prefix: `${path}/`, key: path };
  });
  return [...own, ...published];
}

/** What the program that expires scratch may do: nothing outside scratch. */
export function expiryRights(buckets: readonly ResolvedGoogleBucket[]): StoreRight[] {
  return buckets.map((bucket) => ({ id: `use-${bucket.id}`, bucket, role: "roles/storage.objectUser", prefix: "" }));
}

/**
 * Gives rights to an account. On a bucket that exists by a policy of the project, which says for which bucket it is: of the bucket itself
 * nothing is changed.
 */
export function grant(scope: Construct, member: string, project: string, rights: readonly StoreRight[]): void {
  // Below one of their own: ids of datasets have dots, which tell two apart only where cdktf adds a digest of the path.
  const own = new Construct(scope, "store-rights");
  for (const right of rights) {
    const { id, bucket, role } = right;
    const condition = conditionOf(right);
    const told = { role, member, ...(condition ? { condition } : {}) };
    if (bucket.existing) new ProjectIamMember(own, id, { project, ...told });
    else new StorageBucketIamMember(own, id, { bucket: bucket.name, ...told });
  }
}

export interface ReadersProps {
  readonly bucket: Pick<ResolvedGoogleBucket, "name" | "existing">;
  /** Of the bucket. */
  readonly project: string;
  readonly readers: readonly { readonly id: string; readonly member: string }[];
  /** What must be there before policies name them. */
  readonly known: ITerraformDependable[];
}

/** Has others read and list a bucket: each in a right of its own, so that one who is not there (yet) keeps nobody else out. */
export function grantReaders(scope: Construct, id: string, { bucket, project, readers, known }: ReadersProps): void {
  const own = new Construct(scope, id);
  const role = "roles/storage.objectViewer";
  const condition = conditionOf({ bucket, prefix: "" });
  for (const { id: reader, member } of readers) {
    const told = {
      role,
      member,
      ...(condition ? { condition } : {}),
      ...(known.length > 0 ? { dependsOn: known } : {}),
    };
    if (bucket.existing) new ProjectIamMember(own, reader, { project, ...told });
    else new StorageBucketIamMember(own, reader, { bucket: bucket.name, ...told });
  }
}

/** https://cloud.google.com/storage/docs/access-control/iam#conditions */
function conditionOf({ bucket: { name, existing }, prefix, key }: Pick<StoreRight, "bucket" | "prefix" | "key">) {
  const bucket = `projects/_/buckets/${name}`;
  const listed = "api.getAttribute('storage.googleapis.com/objectListPrefix', '')";
  if (prefix !== "") {
    const below = `resource.name.startsWith('${bucket}/objects/${prefix}')`;
    // A list is of the bucket, and says of which keys it is to be.
    const list = `resource.name == '${bucket}' && ${listed}.startsWith('${prefix}')`;
    const one = key === undefined ? "" : `resource.name == '${bucket}/objects/${key}' || `;
    return { title: "below a prefix", expression: `${one}${below} || (${list})` };
  }
  if (!existing) return null;
  return {
    title: "one bucket",
    expression: `resource.name == '${bucket}' || resource.name.startsWith('${bucket}/objects/')`,
  };
}

/** Who reads a bucket whose readers pay says which project does: the site's own. */
export function payingReader(scope: Construct, project: string, member: string): void {
  new ProjectIamMember(scope, "store-payer", { project, role: "roles/serviceusage.serviceUsageConsumer", member });
}
