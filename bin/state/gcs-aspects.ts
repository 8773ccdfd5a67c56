import type { BucketMetadata } from "@google-cloud/storage";
import type { ResolvedGcsState } from "../../config/resolve/state";
import type { Aspect } from "./bucket";

/** One thing that a bucket of state in Google Cloud Storage has: a part of its metadata. */
export interface GcsAspect extends Aspect {
  /** Whether a place can have it. */
  applies(place: ResolvedGcsState): boolean;
  stands(found: BucketMetadata, place: ResolvedGcsState): boolean;
  /** What is set where it does not stand, beside what is there. */
  wanted(found: BucketMetadata, place: ResolvedGcsState): BucketMetadata;
}

const always = () => true;

const closed: GcsAspect = {
  name: "public access prevention",
  done: "closed to the public",
  applies: always,
  stands: ({ iamConfiguration }) => iamConfiguration?.publicAccessPrevention === "enforced",
  wanted: () => ({ iamConfiguration: { publicAccessPrevention: "enforced" } }),
};

const uniform: GcsAspect = {
  name: "uniform access",
  done: "access by the bucket's roles alone, no object has its own",
  applies: always,
  stands: ({ iamConfiguration }) => iamConfiguration?.uniformBucketLevelAccess?.enabled === true,
  wanted: () => ({ iamConfiguration: { uniformBucketLevelAccess: { enabled: true } } }),
};

const versions: GcsAspect = {
  name: "versions",
  done: "versioned, so that an overwritten state can be brought back",
  applies: always,
  stands: ({ versioning }) => versioning?.enabled === true,
  wanted: () => ({ versioning: { enabled: true } }),
};

/** How long an old version of an object stays: the newest ones for ever, others these days. */
const old = { versions: 20, days: 90 };

type Rule = NonNullable<NonNullable<BucketMetadata["lifecycle"]>["rule"]>[number];

/** Both must hold: the newest versions stay, however old. */
const ageing: Rule = {
  action: { type: "Delete" },
  condition: { numNewerVersions: old.versions, daysSinceNoncurrentTime: old.days },
};

function endsVersions({ action, condition }: Rule): boolean {
  const { numNewerVersions, daysSinceNoncurrentTime, isLive } = condition;
  const isOld = numNewerVersions !== undefined || daysSinceNoncurrentTime !== undefined || isLive === false;
  return action.type === "Delete" && isOld;
}

const ended: GcsAspect = {
  name: "an end of old versions",
  done: `old versions go after ${old.days} days, but for the newest ${old.versions} of each object`,
  applies: always,
  stands: ({ lifecycle }) => (lifecycle?.rule ?? []).some(endsVersions),
  // rules that others have made stay
  wanted: ({ lifecycle }) => ({ lifecycle: { rule: [...(lifecycle?.rule ?? []), ageing] } }),
};

/** What Google has kept by itself in new buckets since March 2024, and the least that it takes (s). */
const week = 7 * 24 * 3600;

const soft: GcsAspect = {
  name: "soft delete",
  done: "what is deleted for good, the bucket included, can be brought back for 7 days",
  applies: always,
  stands: ({ softDeletePolicy }) => Number(softDeletePolicy?.retentionDurationSeconds ?? 0) >= week,
  wanted: () => ({ softDeletePolicy: { retentionDurationSeconds: week } }),
};

const encrypted: GcsAspect = {
  name: "encryption by its key",
  done: "encrypted by its key",
  applies: ({ kmsKey }) => kmsKey !== null,
  stands: ({ encryption }, { kmsKey }) => encryption?.defaultKmsKeyName === kmsKey,
  wanted: (_, { kmsKey }) => ({ encryption: { defaultKmsKeyName: kmsKey ?? "" } }),
};

/** What every bucket of state has, in the order that it is told in. */
export const aspects: readonly GcsAspect[] = [closed, uniform, versions, ended, soft, encrypted];

/** What a bucket does not have yet. */
export function lacking(found: BucketMetadata, place: ResolvedGcsState): GcsAspect[] {
  return aspects.filter((aspect) => aspect.applies(place) && !aspect.stands(found, place));
}

/** What sets all of them at once: Google takes one change of a bucket's metadata a second. */
export function together(wanted: readonly GcsAspect[], found: BucketMetadata, place: ResolvedGcsState): BucketMetadata {
  const parts = wanted.map((aspect) => aspect.wanted(found, place));
  const iam = Object.assign({}, ...parts.map(({ iamConfiguration }) => iamConfiguration ?? {}));
  return { ...Object.assign({}, ...parts), ...(Object.keys(iam).length > 0 ? { iamConfiguration: iam } : {}) };
}
